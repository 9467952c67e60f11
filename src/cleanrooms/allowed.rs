//! What analysis rules allow by its ARN: it is another one once it was made anew.

use crate::framework::Diagnostic;
use crate::wire::Value;

/// The warning for something that is made anew: `word` is what it is called in short, and what is to be
/// done with it when it is allowed once more is `done`, as in "run again".
pub fn another_arn(noun: &str, word: &str, done: &str, prior: &Value) -> Diagnostic {
    Diagnostic::warning(
        format!("The {noun} gets another ARN"),
        format!(
            "Analysis rules allow the {word} by its ARN, {}, which goes with it. Rules of this \
             configuration follow where they refer to `arn`; whoever else allows it, such as a \
             partner, must allow the new ARN before the {word} can be {done} again.",
            prior.get("arn").as_str().unwrap_or("which is not known")
        ),
    )
}
