//! Environment variables.

/// The value of an environment variable that is set and not empty.
pub fn non_empty_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
