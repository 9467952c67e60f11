use std::sync::{Arc, Mutex};

use super::*;
use crate::codec::string;
use crate::row::field;
use crate::validators::length;

/// Says a word some times over, until it is told to stop.
struct Say;

impl Action for Say {
    const TYPE_NAME: &'static str = "test_say";
    type Client = ();
    type Input = Option<String>;

    fn schema() -> ActionSchema<Option<String>> {
        ActionSchema::new("Says a word.")
            .with(
                field("word", string())
                    .required()
                    .doc("The word.")
                    .validate(length(1..=5))
                    .create(|_, word| word),
            )
            .with(field("tone", string()).optional().doc("How.").sent_elsewhere())
    }

    async fn invoke(
        cx: &Context<'_, ()>,
        schema: &ActionSchema<Option<String>>,
        config: &Value,
    ) -> Result<(), Diagnostics> {
        let word = schema.input(config)?.unwrap_or_default();
        cx.progress(&word);
        cx.report(Diagnostic::warning("It was said", "Once."));
        if cx.stop.is_cancelled() {
            let left = Diagnostic::error("Stopped", format!("{word} is still being said."));
            return Err(left.at(AttributePath::of("tone")).into());
        }
        Ok(())
    }
}

fn config(word: Value) -> Value {
    Value::object([("word", word), ("tone", Value::Null)])
}

/// What an invocation says, and its diagnostics in short.
async fn invoked(
    unknown: Option<&str>,
    stop: CancellationToken,
    config: &Value,
) -> (Vec<String>, Vec<String>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let progress: Progress = Box::new(move |line: &str| {
        heard.lock().expect("nothing panics").push(line.to_owned());
    });
    let provider = Configured { client: (), unknown: unknown.map(str::to_owned) };
    let told = Acts::<Say>::shared().invoke(&provider, stop, config, progress).await;
    let lines = said.lock().expect("nothing panics").clone();
    (lines, told.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn progress_comes_while_it_is_done_and_warnings_at_the_end() {
    let (said, told) = invoked(None, CancellationToken::new(), &config("hello".into())).await;
    assert_eq!(said, ["hello"]);
    assert_eq!(told, ["warning: It was said: Once."]);
}

#[tokio::test]
async fn a_stop_ends_it_with_what_is_left_and_how_it_is_invoked_again() {
    let stop = CancellationToken::new();
    stop.cancel();
    let (_, told) = invoked(None, stop, &config("hello".into())).await;
    let [_, error] = told.as_slice() else { panic!("{told:?}") };
    assert!(error.contains("hello is still being said."), "{error}");
    assert!(error.contains("-invoke=action.test_say.<name>"), "{error}");
    assert!(error.contains("(It is about `tone`.)"), "older engines show no path: {error}");
}

#[tokio::test]
async fn after_a_stop_only_the_end_is_told() {
    let stop = CancellationToken::new();
    stop.cancel();
    let (said, told) = invoked(None, stop, &config("hello".into())).await;
    assert_eq!(said, [""; 0]);
    assert!(!told.is_empty());
}

#[tokio::test]
async fn final_values_are_checked_before_anything_is_done() {
    for (config, summary) in [
        (config("much too long".into()), "Invalid value for word"),
        (config(Value::Null), "Invalid value for word"),
        (Value::Null, "Invalid value for word"),
    ] {
        let (said, told) = invoked(None, CancellationToken::new(), &config).await;
        assert_eq!(said, [""; 0]);
        assert!(told[0].contains(summary), "{told:?}");
    }
}

#[tokio::test]
async fn a_provider_that_is_not_wholly_known_does_nothing() {
    let (said, told) =
        invoked(Some("region"), CancellationToken::new(), &config("hello".into())).await;
    assert_eq!(said, [""; 0]);
    assert!(told[0].contains("Cannot invoke test_say yet"), "{told:?}");
}

#[test]
fn unknown_values_are_not_checked() {
    let action = Acts::<Say>::shared();
    assert!(action.validate(&config(Value::Unknown)).is_empty());
    assert!(action.validate(&Value::Null).has_error());
}

#[test]
fn what_an_action_cannot_have_is_a_mistake() {
    assert_eq!(Say::schema().mistakes(), [""; 0]);
    let wrong: ActionSchema<Option<String>> = ActionSchema::new("Wrong.")
        .with(field("computed", string()).computed().doc("It.").sent_elsewhere())
        .with(field("nowhere", string()).optional().doc("It."));
    let mistakes = wrong.mistakes();
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert!(mistakes[0].starts_with("computed") && mistakes[1].starts_with("nowhere"));
}
