//! What becomes of states of hashicorp/aws and hashicorp/awscc, as their sources shape them.

use serde_json::{Map, Value as Json, json as new_json};
use tokio_util::sync::CancellationToken;

use crate::cleanrooms::analysis_template::AnalysisTemplate;
use crate::cleanrooms::collaboration::Collaboration;
use crate::cleanrooms::configured_table::ConfiguredTable;
use crate::cleanrooms::configured_table_association::ConfiguredTableAssociation;
use crate::cleanrooms::id_mapping_table::IdMappingTable;
use crate::cleanrooms::intermediate_table::IntermediateTable;
use crate::cleanrooms::membership::Membership;
use crate::cleanrooms::object::{Object, Of};
use crate::cleanrooms::privacy_budget_template::PrivacyBudgetTemplate;
use crate::cleanrooms::testing::{client, value};
use crate::framework::managed::{ApplyRequest, Managed, PlanRequest, PlanResponse, StateResponse};
use crate::framework::moving::{MOVED, Source};
use crate::framework::private::Private;
use crate::framework::{Diagnostic, Resource as _};
use crate::wire::{Value, json};

mod children;

const COLLABORATION: &str = "c011ab00-0000-4000-8000-000000000001";
const MEMBERSHIP: &str = "3e3be200-0000-4000-8000-000000000002";

/// The states of the scenarios, in which every attribute is filled.
const STATES: [&str; 2] = [
    include_str!("../../../acceptance-tests/cases/moved/from_aws/terraform.tfstate"),
    include_str!("../../../acceptance-tests/cases/moved/from_awscc/terraform.tfstate"),
];

/// The attributes that a scenario's state has of the first object of that type.
fn stored(type_name: &str) -> Json {
    stored_nth(type_name, 0)
}

fn stored_nth(type_name: &str, nth: usize) -> Json {
    let resources = STATES.iter().flat_map(|state| {
        let state: Json = serde_json::from_str(state).expect("a state");
        state["resources"].as_array().expect("resources").clone()
    });
    let found = resources.filter(|resource| resource["type"] == type_name).nth(nth);
    found.expect("one of the scenarios has it")["instances"][0]["attributes"].clone()
}

/// The same with other values; null takes an attribute out.
fn stored_with(type_name: &str, others: Json) -> Json {
    let mut stored = stored(type_name);
    let attributes = stored.as_object_mut().expect("an object");
    for (name, value) in others.as_object().expect("an object") {
        match value {
            Json::Null => attributes.remove(name),
            value => attributes.insert(name.clone(), value.clone()),
        };
    }
    stored
}

fn moved_from<O: Object>(source: Source<'_>) -> Result<StateResponse, Diagnostic> {
    Managed::<Of<O>>::shared().move_here(source)
}

fn moved<O: Object>(type_name: &str, stored: &Json) -> Result<StateResponse, Diagnostic> {
    let state = stored.to_string().into_bytes();
    let provider = type_name.split('_').next().expect("a first word");
    moved_from::<O>(Source { provider, type_name, state: &state, ..Source::default() })
}

fn state<O: Object>(type_name: &str, stored: &Json) -> Value {
    moved::<O>(type_name, stored).expect("it can be moved").state
}

/// A value without what is null.
fn known(value: &Value) -> Json {
    match value {
        Value::Object(of) | Value::Map(of) => {
            let members = of.iter().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| (name.clone(), known(value))).collect::<Map<_, _>>().into()
        }
        Value::List(_) | Value::Set(_) => value.as_elements().map(known).collect(),
        Value::Bool(value) => (*value).into(),
        other => other.as_str().map_or(Json::Null, Json::from),
    }
}

fn nobody_pays_but_for_queries(pays: bool) -> Json {
    let not = new_json!({"is_responsible": false});
    new_json!({
        "query_compute": {"is_responsible": pays},
        "job_compute": not,
        "machine_learning": {
            "model_inference": not, "model_training": not, "synthetic_data_generation": not
        }
    })
}

/// The collaboration of both scenarios, as far as both providers hold it.
fn collaboration(more: Json) -> Json {
    let mut expected = new_json!({
        "allowed_result_regions": ["us-east-1"],
        "analytics_engine": "SPARK",
        "arn": format!("arn:aws:cleanrooms:us-east-1:111122223333:collaboration/{COLLABORATION}"),
        "auto_approved_change_request_types": ["ADD_MEMBER"],
        "creator_account_id": "111122223333",
        "creator_display_name": "Retailer",
        "creator_member_abilities": ["CAN_QUERY", "CAN_RECEIVE_RESULTS"],
        "creator_ml_member_abilities": {"custom_ml_member_abilities": ["CAN_RECEIVE_MODEL_OUTPUT"]},
        "creator_payment_configuration": nobody_pays_but_for_queries(true),
        "data_encryption_metadata": {
            "allow_cleartext": true, "allow_duplicates": false,
            "allow_joins_on_columns_with_different_names": false, "preserve_nulls": true
        },
        "description": "Shared campaign measurement",
        "id": COLLABORATION,
        "is_metrics_enabled": true,
        "job_log_status": "DISABLED",
        "members": {
            "444455556666": {
                "display_name": "Publisher", "member_abilities": ["CAN_RECEIVE_RESULTS"],
                "payment_configuration": nobody_pays_but_for_queries(false)
            },
            "777788889999": {
                "display_name": "Agency", "member_abilities": ["CAN_RECEIVE_RESULTS"],
                "payment_configuration": nobody_pays_but_for_queries(false)
            }
        },
        "name": "Campaign",
        "query_log_status": "ENABLED",
        "region": "us-east-1",
        "tags": {"team": "media"},
        "tags_all": {"team": "media"}
    });
    let all = expected.as_object_mut().expect("an object");
    all.extend(more.as_object().expect("an object").clone());
    expected
}

#[test]
fn a_collaboration_of_aws_comes_over_whole() {
    let state = state::<Collaboration>(AWS_COLLABORATION, &stored(AWS_COLLABORATION));
    let expected = collaboration(new_json!({
        "create_time": "2026-03-05T10:11:12.345Z",
        "update_time": "2026-03-06T08:00:00Z",
        "member_statuses": {"444455556666": "ACTIVE", "777788889999": "INVITED"},
        "timeouts": {"create": "5m"}
    }));
    assert_eq!(known(&state), expected);
}

#[test]
fn a_collaboration_of_awscc_comes_over_whole() {
    let state = state::<Collaboration>(AWSCC_COLLABORATION, &stored(AWSCC_COLLABORATION));
    let mut expected = collaboration(new_json!({}));
    for account in ["444455556666", "777788889999"] {
        let none = new_json!({"custom_ml_member_abilities": []});
        expected["members"][account]["ml_member_abilities"] = none;
    }
    expected["members"]["444455556666"]["member_abilities"] = new_json!([]);
    assert_eq!(known(&state), expected);
}

const AWS_COLLABORATION: &str = "aws_cleanrooms_collaboration";
const AWSCC_COLLABORATION: &str = "awscc_cleanrooms_collaboration";

#[test]
fn a_membership_of_aws_comes_over_but_for_what_it_never_reads_back() {
    let name = "aws_cleanrooms_membership";
    let expected = new_json!({
        "arn": "arn:aws:cleanrooms:us-east-1:444455556666:membership/3e3be200-0000-4000-8000-000000000003",
        "collaboration_arn": format!("arn:aws:cleanrooms:us-east-1:111122223333:collaboration/{COLLABORATION}"),
        "collaboration_creator_account_id": "111122223333",
        "collaboration_creator_display_name": "Retailer",
        "collaboration_id": COLLABORATION,
        "collaboration_name": "Campaign",
        "create_time": "2026-03-05T10:12:00Z",
        "default_result_configuration": {
            "role_arn": "arn:aws:iam::444455556666:role/results",
            "output_configuration": {
                "s3": {"bucket": "results-of-publisher", "key_prefix": "out/", "result_format": "PARQUET"}
            }
        },
        "id": "3e3be200-0000-4000-8000-000000000003",
        "member_abilities": ["CAN_RECEIVE_RESULTS"],
        "query_log_status": "DISABLED",
        "region": "us-east-1",
        "status": "ACTIVE",
        "tags": {"team": "ads"},
        "tags_all": {"team": "ads"},
        "update_time": "2026-03-05T10:12:00Z"
    });
    assert_eq!(known(&state::<Membership>(name, &stored(name))), expected);
}

#[test]
fn a_membership_of_awscc_comes_over_whole() {
    let name = "awscc_cleanrooms_membership";
    let expected = new_json!({
        "arn": format!("arn:aws:cleanrooms:us-east-1:111122223333:membership/{MEMBERSHIP}"),
        "collaboration_arn": format!("arn:aws:cleanrooms:us-east-1:111122223333:collaboration/{COLLABORATION}"),
        "collaboration_creator_account_id": "111122223333",
        "collaboration_id": COLLABORATION,
        "default_job_result_configuration": {
            "role_arn": "arn:aws:iam::111122223333:role/jobs",
            "output_configuration": {"s3": {"bucket": "jobs-of-retailer", "key_prefix": "jobs/"}}
        },
        "default_result_configuration": {
            "role_arn": "arn:aws:iam::111122223333:role/results",
            "output_configuration": {
                "s3": {
                    "bucket": "results-of-retailer", "key_prefix": "out/", "result_format": "CSV",
                    "single_file_output": true
                }
            }
        },
        "id": MEMBERSHIP,
        "is_metrics_enabled": true,
        "job_log_status": "DISABLED",
        "payment_configuration": nobody_pays_but_for_queries(true),
        "query_log_status": "ENABLED",
        "region": "us-east-1",
        "tags": {"team": "media"},
        "tags_all": {"team": "media"}
    });
    assert_eq!(known(&state::<Membership>(name, &stored(name))), expected);
}

/// The configured table of both scenarios, as far as both providers hold it.
fn configured_table(reference: Json) -> Json {
    new_json!({
        "allowed_columns": ["amount", "email"],
        "analysis_method": "DIRECT_QUERY",
        "arn": format!("arn:aws:cleanrooms:us-east-1:111122223333:configuredtable/{TABLE}"),
        "description": "All orders",
        "id": TABLE,
        "name": "Orders",
        "region": "us-east-1",
        "table_reference": {"glue": reference},
        "tags": {"team": "media"},
        "tags_all": {"team": "media"}
    })
}

const TABLE: &str = "c0f16a00-0000-4000-8000-000000000006";

#[test]
fn a_configured_table_comes_over_whole_but_for_its_rules() {
    let name = "awscc_cleanrooms_configured_table";
    let mut reference =
        new_json!({"database_name": "sales", "table_name": "orders", "region": "us-east-1"});
    let expected = configured_table(reference.clone());
    assert_eq!(known(&state::<ConfiguredTable>(name, &stored(name))), expected);
    let name = "aws_cleanrooms_configured_table";
    reference.as_object_mut().expect("an object").remove("region");
    let mut expected = configured_table(reference);
    for time in ["create_time", "update_time"] {
        expected[time] = "2026-03-05T10:11:12Z".into();
    }
    assert_eq!(known(&state::<ConfiguredTable>(name, &stored(name))), expected);
}

#[test]
fn an_association_of_awscc_comes_over_with_both_its_ids() {
    let name = "awscc_cleanrooms_configured_table_association";
    let id = "c7a550c0-0000-4000-8000-000000000008";
    let expected = new_json!({
        "arn": format!(
            "arn:aws:cleanrooms:us-east-1:111122223333:membership/{MEMBERSHIP}/configuredtableassociation/{id}"
        ),
        "configured_table_id": TABLE,
        "description": "All orders",
        "id": id,
        "membership_id": MEMBERSHIP,
        "name": "orders",
        "region": "us-east-1",
        "role_arn": "arn:aws:iam::111122223333:role/tables",
        "tags": {"team": "media"},
        "tags_all": {"team": "media"}
    });
    let stored = stored(name);
    assert_eq!(known(&state::<ConfiguredTableAssociation>(name, &stored)), expected);
    // The ARN of the API's model names the kind first.
    let arn = format!(
        "arn:aws:cleanrooms:us-east-1:111122223333:configuredtableassociation/{MEMBERSHIP}/{id}"
    );
    let other = stored_with(name, new_json!({"arn": arn}));
    assert!(moved::<ConfiguredTableAssociation>(name, &other).is_ok());
}

#[test]
fn what_an_older_version_lacks_is_null_and_not_a_guess() {
    // hashicorp/aws 5, and awscc as it was first released.
    let older = stored_with(
        AWS_COLLABORATION,
        new_json!({
            "region": null, "analytics_engine": null, "allowed_result_regions": null,
            "auto_approved_change_request_types": null, "creator_ml_member_abilities": null,
            "creator_payment_configuration": null, "is_metrics_enabled": null,
            "job_log_status": null, "membership_arn": null, "membership_id": null,
            "data_encryption_metadata": [], "member": [], "tags": {}, "timeouts": null,
            "create_time": "yesterday", "more": [{"of": "this"}],
        }),
    );
    let state = state::<Collaboration>(AWS_COLLABORATION, &older);
    for name in [
        "analytics_engine",
        "allowed_result_regions",
        "auto_approved_change_request_types",
        "creator_payment_configuration",
        "data_encryption_metadata",
        "is_metrics_enabled",
        "job_log_status",
        "timeouts",
        "create_time",
    ] {
        assert!(state.get(name).is_null(), "{name}: {}", state.get(name));
    }
    assert_eq!(state.get("region"), &"us-east-1".into());
    assert_eq!(state.get("members"), &Value::map([]));
    let least = new_json!({
        "id": COLLABORATION, "collaboration_identifier": COLLABORATION, "name": "Campaign",
        "arn": format!("arn:aws:cleanrooms:eu-west-1:111122223333:collaboration/{COLLABORATION}"),
        "members": null, "tags": null, "description": "", "creator_member_abilities": null,
    });
    let state = self::state::<Collaboration>(AWSCC_COLLABORATION, &least);
    assert_eq!(state.get("region"), &"eu-west-1".into());
    assert!(state.get("members").is_null() && state.get("tags").is_null());
}

#[test]
fn who_is_no_member_any_more_is_none() {
    let member = |account: &str, status: &str| new_json!({"account_id": account, "display_name": "A", "member_abilities": [], "status": status});
    let listed = [
        member("111111111111", "LEFT"),
        member("222222222222", "REMOVED"),
        member("333333333333", "INVITED"),
        member("444455556666", "ACTIVE"),
    ];
    let stored = stored_with(AWS_COLLABORATION, new_json!({"member": listed}));
    let state = state::<Collaboration>(AWS_COLLABORATION, &stored);
    let members = state.get("members").as_map().expect("a map");
    assert_eq!(members.keys().collect::<Vec<_>>(), ["333333333333", "444455556666"]);
    let twice = [member("444455556666", "ACTIVE"), member("444455556666", "ACTIVE")];
    let stored = stored_with(AWS_COLLABORATION, new_json!({"member": twice}));
    let refused =
        moved::<Collaboration>(AWS_COLLABORATION, &stored).expect_err("it is twice there");
    assert!(refused.summary.contains("444455556666"), "{refused}");
}

#[test]
fn what_names_no_object_of_the_kind_is_refused_and_never_taken_for_gone() {
    let name = AWS_COLLABORATION;
    let arn = |rest: &str| format!("arn:aws:cleanrooms:{rest}");
    for (others, why) in [
        (new_json!({"id": null}), "lacks id"),
        (new_json!({"id": ""}), "lacks id"),
        (new_json!({"id": "campaign"}), "malformed"),
        (new_json!({"arn": null}), "`arn`"),
        (new_json!({"arn": COLLABORATION}), "`arn`"),
        (
            new_json!({"arn": arn(&format!("us-east-1:111122223333:membership/{COLLABORATION}"))}),
            "`arn`",
        ),
        (new_json!({"arn": arn(&format!("us-east-1:1:collaboration/{COLLABORATION}"))}), "`arn`"),
        (
            new_json!({"arn": arn(&format!("moon:111122223333:collaboration/{COLLABORATION}"))}),
            "`arn`",
        ),
        (
            new_json!({"arn": arn(&format!("us-east-1:111122223333:collaboration/{MEMBERSHIP}"))}),
            "another",
        ),
    ] {
        let refused = moved::<Collaboration>(name, &stored_with(name, others.clone()));
        let refused = refused.expect_err("it names nothing");
        assert!(refused.detail.contains(why), "{others}: {refused}");
    }
    for state in ["null", "[]", "\"\"", "", "{"] {
        let source = Source {
            provider: "aws",
            type_name: name,
            state: state.as_bytes(),
            ..Source::default()
        };
        let refused = moved_from::<Collaboration>(source).expect_err("it is no object");
        assert!(refused.detail.contains("import the object"), "{state}: {refused}");
    }
}

#[test]
fn what_cannot_be_moved_here_is_told_what_can() {
    let stored = stored(AWS_COLLABORATION).to_string().into_bytes();
    let refused = |provider, type_name| {
        let source =
            Source { provider, type_name, state: &stored, version: 3, ..Source::default() };
        moved_from::<Membership>(source).expect_err("it is no membership").detail
    };
    for (provider, type_name) in [
        ("registry.terraform.io/hashicorp/aws", AWS_COLLABORATION),
        ("registry.terraform.io/hashicorp/aws", "aws_s3_bucket"),
        ("registry.terraform.io/hashicorp/awscc", "aws_cleanrooms_membership"),
        ("example.com/other/thing", "cleanrooms_membership"),
    ] {
        let told = refused(provider, type_name);
        for part in [
            provider,
            type_name,
            "version 3",
            "aws_cleanrooms_membership",
            "`cleanrooms_membership`",
        ] {
            assert!(told.contains(part), "{told}");
        }
    }
}

#[test]
fn the_identity_is_that_which_a_read_gives() {
    let name = "aws_cleanrooms_membership";
    let moved = moved::<Membership>(name, &stored(name)).expect("it can be moved");
    assert_eq!(Some(moved.identity.clone()), Of::<Membership>::identity(&moved.state));
    // Its own account's, and not that of the collaboration.
    assert_eq!(moved.identity.get("account_id"), &"444455556666".into());
    let notes: Vec<_> = [MOVED].iter().map(|key| moved.private.get(key).cloned()).collect();
    assert_eq!(notes, [Some(name.into())]);
}

/// What is stored of a table of our own.
fn own_table() -> Value {
    value::<ConfiguredTable>(&new_json!({
        "id": TABLE, "name": "Orders", "region": "us-east-1", "allowed_columns": ["amount"],
        "arn": format!("arn:aws:cleanrooms:us-east-1:111122223333:configuredtable/{TABLE}"),
    }))
}

#[test]
fn the_same_type_under_another_address_keeps_everything() {
    let resource = Managed::<Of<ConfiguredTable>>::shared();
    let state = own_table();
    let ty = resource.schema().implied_type();
    let bytes = json::encode(&state, &ty).expect("a state");
    let mut private = Private::default();
    private.set("unseen", 1);
    let notes = private.to_bytes();
    let identity = br#"{"id":"c0f16a00-0000-4000-8000-000000000006","region":"us-east-1","account_id":"111122223333"}"#;
    let source = Source {
        provider: "registry.example.com/acme/cleanrooms",
        type_name: "cleanrooms_configured_table",
        version: 0,
        state: &bytes,
        private: &notes,
        identity,
    };
    for provider in ["cleanrooms", source.provider] {
        let moved = resource.move_here(Source { provider, ..source }).expect("it is ours");
        assert_eq!((&moved.state, &moved.private), (&state, &private));
        assert_eq!(moved.identity.get("id"), &TABLE.into());
    }
    let newer = resource.move_here(Source { version: 1, ..source }).expect_err("it is newer");
    assert!(newer.detail.contains("schema version 1"), "{newer}");
    for (state, private) in [(&b"null"[..], &notes[..]), (&bytes[..], &b"\x00"[..])] {
        assert!(resource.move_here(Source { state, private, ..source }).is_err());
    }
    // The notes of others are neither read nor kept.
    let name = "aws_cleanrooms_configured_table";
    let stored = stored(name).to_string().into_bytes();
    let source = Source {
        provider: "aws",
        type_name: name,
        state: &stored,
        private: b"\x00",
        identity: b"[",
        ..source
    };
    assert!(resource.move_here(source).is_ok());
}

#[test]
fn a_state_that_no_engine_has_converted_is_not_taken_for_ours() {
    fn refused<O: Object>(type_name: &str) {
        let resource = Managed::<Of<O>>::shared();
        let stored = stored(type_name).to_string();
        for version in [0, resource.schema().version] {
            let refused = resource.upgrade(version, stored.as_bytes()).expect_err("it is foreign");
            assert!(refused.detail.contains("deposed"), "{type_name}: {refused}");
        }
    }
    refused::<Collaboration>(AWS_COLLABORATION);
    refused::<Collaboration>(AWSCC_COLLABORATION);
    refused::<Membership>("aws_cleanrooms_membership");
    refused::<Membership>("awscc_cleanrooms_membership");
    refused::<ConfiguredTable>("aws_cleanrooms_configured_table");
    refused::<ConfiguredTable>("awscc_cleanrooms_configured_table");
    refused::<ConfiguredTableAssociation>("awscc_cleanrooms_configured_table_association");
    refused::<AnalysisTemplate>("awscc_cleanrooms_analysis_template");
    refused::<PrivacyBudgetTemplate>("awscc_cleanrooms_privacy_budget_template");
    refused::<IdMappingTable>("awscc_cleanrooms_id_mapping_table");
    refused::<IntermediateTable>("awscc_cleanrooms_intermediate_table");
}

/// The plan with `-refresh=false` of what has just been moved.
fn plan(moved: &StateResponse, config: &Json) -> PlanResponse {
    let request = PlanRequest {
        prior: moved.state.clone(),
        config: value::<Collaboration>(config),
        private: moved.private.clone(),
        identity: moved.identity.clone(),
        ..PlanRequest::default()
    };
    Managed::<Of<Collaboration>>::shared().plan(Some(&client()), request)
}

/// What `moved` has taken over of the oldest state of awscc, and a configuration that fits it.
fn moved_with_little() -> (StateResponse, Json) {
    let none = new_json!({
        "job_log_status": null, "is_metrics_enabled": null, "allowed_result_regions": null,
        "creator_ml_member_abilities": null, "creator_payment_configuration": null,
        "auto_approved_change_types": null, "analytics_engine": null,
        "members": [{"account_id": "444455556666", "display_name": "Publisher", "member_abilities": []}],
    });
    let stored = stored_with(AWSCC_COLLABORATION, none);
    let config = new_json!({
        "name": "Campaign", "description": "Shared campaign measurement",
        "creator_display_name": "Retailer", "query_log_status": "ENABLED",
        "creator_member_abilities": ["CAN_QUERY", "CAN_RECEIVE_RESULTS"],
        "members": {"444455556666": {"display_name": "Publisher", "member_abilities": []}},
        "data_encryption_metadata": {
            "allow_cleartext": true, "allow_duplicates": false,
            "allow_joins_on_columns_with_different_names": false, "preserve_nulls": true
        },
        "tags": {"team": "media"},
    });
    (moved::<Collaboration>(AWSCC_COLLABORATION, &stored).expect("it can be moved"), config)
}

#[test]
fn what_was_not_read_plans_nothing_where_the_configuration_is_silent() {
    let (moved, config) = moved_with_little();
    let plan = plan(&moved, &config);
    assert_eq!(plan.planned, moved.state);
    assert_eq!((plan.requires_replace.len(), plan.diagnostics.iter().count()), (0, 0));
}

#[tokio::test]
async fn what_was_not_read_is_never_replaced_and_not_changed_before_it_is() {
    let (moved, mut config) = moved_with_little();
    // Null, and configured; known, and configured otherwise.
    config["job_log_status"] = "ENABLED".into();
    config["creator_display_name"] = "Shop".into();
    config["creator_member_abilities"] = new_json!([]);
    let plan = plan(&moved, &config);
    assert!(plan.requires_replace.is_empty(), "{:?}", plan.requires_replace);
    assert_eq!(plan.planned.get("job_log_status"), &"ENABLED".into());
    assert!(plan.planned.get("allowed_result_regions").is_null());
    let told: Vec<_> = plan.diagnostics.iter().map(|told| told.is_error()).collect();
    assert_eq!(told, [false], "{:?}", plan.diagnostics);
    let request = ApplyRequest {
        prior: moved.state.clone(),
        planned: plan.planned,
        config: Value::Null,
        private: plan.private,
        identity: moved.identity,
    };
    // There is nobody to call.
    let resource = Managed::<Of<Collaboration>>::shared();
    let applied = resource.apply(&client(), CancellationToken::new(), request).await;
    assert_eq!(applied.state, moved.state);
    assert!(applied.diagnostics.iter().any(|told| told.detail.contains("-refresh=false")));
    assert!(applied.private.get(MOVED).is_some(), "it was not read meanwhile");
}
