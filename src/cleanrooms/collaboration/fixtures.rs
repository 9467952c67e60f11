//! A collaboration for tests: as it is in state, and the configuration that it came from.

use serde_json::{Value as Json, json};

use super::Collaboration;
use crate::cleanrooms::object::Of;
use crate::framework::Resource;
use crate::framework::testing::value;
use crate::wire::Value;

/// The account that owns it.
pub const CREATOR: &str = "111122223333";
/// The account of its one other member.
pub const PARTNER: &str = "444455556666";
/// An account that is no member.
pub const STRANGER: &str = "777788889999";

/// A value of the resource's type; what is left out is null.
pub fn collaboration(json: &Json) -> Value {
    value(&Of::<Collaboration>::schema().schema().implied_type(), json)
}

/// The configuration.
pub fn config() -> Json {
    json!({
        "name": "Research",
        "creator_display_name": "Creator",
        "creator_member_abilities": ["CAN_QUERY"],
        "query_log_status": "ENABLED",
        "members": {
            PARTNER: { "display_name": "Partner", "member_abilities": ["CAN_RECEIVE_RESULTS"] },
        },
    })
}

/// The state that it led to.
pub fn state() -> Json {
    let mut state = config();
    let whole = [
        ("/description", json!("")),
        ("/analytics_engine", json!("SPARK")),
        ("/creator_ml_member_abilities", json!({ "custom_ml_member_abilities": [] })),
        ("/creator_payment_configuration", payer(Some(true))),
        ("/job_log_status", json!("DISABLED")),
        ("/auto_approved_change_request_types", json!([])),
        ("/allowed_result_regions", json!([])),
        ("/is_metrics_enabled", json!(false)),
        ("/tags_all", json!({})),
        ("/region", json!("us-east-1")),
        ("/change_requests", json!({})),
        ("/id", json!("c1")),
        ("/creator_account_id", json!(CREATOR)),
        ("/create_time", json!("t0")),
        ("/update_time", json!("t0")),
        ("/member_status", json!("INVITED")),
        ("/member_statuses", json!({ PARTNER: "ACTIVE" })),
        ("/members/444455556666/payment_configuration", payer(Some(false))),
        ("/members/444455556666/ml_member_abilities", json!({ "custom_ml_member_abilities": [] })),
    ];
    for (pointer, value) in whole {
        state = with(state, pointer, value);
    }
    state
}

/// Five flags, of which the one for queries is given.
pub fn payer(for_queries: Option<bool>) -> Json {
    let (for_queries, no) =
        (json!({ "is_responsible": for_queries }), json!({ "is_responsible": false }));
    json!({
        "query_compute": for_queries,
        "job_compute": no,
        "machine_learning": {
            "model_training": no, "model_inference": no, "synthetic_data_generation": no,
        },
    })
}

/// The same with another value at a JSON pointer; null removes an element of a map.
pub fn with(mut json: Json, pointer: &str, value: Json) -> Json {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = json.pointer_mut(parent).and_then(Json::as_object_mut).expect("an object");
    match value {
        Json::Null => parent.remove(name),
        value => parent.insert(name.to_owned(), value),
    };
    json
}
