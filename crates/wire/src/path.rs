//! Where in a value something is.

use std::fmt;

/// One step from a value into a part of it.
///
/// Sets have no step: their elements have neither key nor index, so a path
/// ends at the set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into an object, by attribute or block name.
    Attribute(String),
    /// Into a map, by key.
    Key(String),
    /// Into a list or tuple, by position from zero.
    Index(i64),
}

impl Step {
    /// Into the element at `index`, counted as Rust counts.
    pub(super) fn at(index: usize) -> Self {
        // No more than `isize::MAX` elements fit into memory.
        Self::Index(i64::try_from(index).unwrap_or(i64::MAX))
    }
}

/// A place in a value, from the root downwards.
///
/// Displayed as it would be written in a configuration:
///
/// ```
/// use wire::AttributePath;
///
/// let path = AttributePath::of("members").key("111122223333").attribute("display_name");
/// assert_eq!(path.to_string(), r#"members["111122223333"].display_name"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributePath(Vec<Step>);

impl AttributePath {
    /// The whole value; displayed as nothing.
    pub fn root() -> Self {
        Self::default()
    }

    /// The attribute `name` of the root object.
    pub fn of(name: impl Into<String>) -> Self {
        Self::root().attribute(name)
    }

    /// The attribute `name` of the object at this path.
    pub fn attribute(self, name: impl Into<String>) -> Self {
        self.step(Step::Attribute(name.into()))
    }

    /// The element `key` of the map at this path.
    pub fn key(self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// The element at `index` of the list or tuple at this path.
    pub fn index(self, index: i64) -> Self {
        self.step(Step::Index(index))
    }

    /// This path, one step further.
    pub fn step(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// The steps from the root downwards; none for the root itself.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the path of the whole value.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Step> for AttributePath {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_in_a_configuration() {
        let member = AttributePath::of("members").key("111122223333");
        assert_eq!(
            member.attribute("display_name").to_string(),
            r#"members["111122223333"].display_name"#
        );
        assert_eq!(AttributePath::of("tags").key("a").to_string(), r#"tags["a"]"#);
        assert_eq!(AttributePath::of("list").index(0).to_string(), "list[0]");
        assert_eq!(AttributePath::root().to_string(), "");
    }

    #[test]
    fn a_parent_sorts_before_its_children() {
        assert!(AttributePath::of("a") < AttributePath::of("a").key("b"));
        assert!(AttributePath::root() < AttributePath::of("a"));
    }
}
