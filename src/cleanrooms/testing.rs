//! What tests of a kind of object need: its values from JSON, and what is made of them.

use serde_json::Value as Json;

use super::aws::{Aws, Intervals, ProviderConfig};
use super::client::Client;
use super::object::{Object, Of};
use super::shapes::tags::TagPolicy;
use crate::framework::managed::{Managed, PlanRequest, PlanResponse};
use crate::framework::testing;
use crate::framework::{Change, Diagnostic, Diagnostics, Resource};
use crate::wire::Value;

/// A configuration or a state, from JSON: what is left out is null.
pub fn value<O: Object>(json: &Json) -> Value {
    testing::value(&Of::<O>::schema().schema().implied_type(), json)
}

/// A provider in us-east-1, which plans without any call.
pub fn client() -> Client {
    let config =
        ProviderConfig { region: Some("us-east-1".to_owned()), ..ProviderConfig::default() };
    Client::new(Aws::new(config, Intervals::default()), TagPolicy::default())
}

/// The plan that core gets.
pub fn plan<O: Object>(prior: &Value, config: &Value) -> PlanResponse {
    let request =
        PlanRequest { prior: prior.clone(), config: config.clone(), ..PlanRequest::default() };
    Managed::<Of<O>>::shared().plan(Some(&client()), request)
}

/// What is wrong with a configuration, as `error at path` or `warning at path`, in order.
pub fn checked<O: Object>(config: &Json) -> Vec<String> {
    told(&Managed::<Of<O>>::shared().validate(&value::<O>(config)))
}

/// Diagnostics in short.
pub fn told(diagnostics: &Diagnostics) -> Vec<String> {
    let short = |told: &Diagnostic| {
        let severity = if told.is_error() { "error" } else { "warning" };
        let path = told.path.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
        format!("{severity}{path}")
    };
    diagnostics.iter().map(short).collect()
}

/// The create call of a new object.
pub fn create_input<O: Object>(config: &Json) -> O::Create {
    let planned = plan::<O>(&Value::Null, &value::<O>(config)).planned;
    Of::<O>::schema().create_input(&planned).expect("a planned value")
}

/// The update call between two configurations.
pub fn update_input<O: Object>(prior: &Json, planned: &Json) -> Option<O::Update> {
    let (prior, planned) = (value::<O>(prior), value::<O>(planned));
    let change = Change { prior: &prior, planned: &planned };
    let input = Of::<O>::schema().update_input(change).expect("a planned value");
    O::complete_update(input, change).expect("a planned value")
}
