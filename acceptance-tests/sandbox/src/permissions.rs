//! What IAM asks of a caller: the actions that a call takes, and a policy that allows some of them.
//!
//! A call takes the action of its own name, and others beside it: some of the service itself, some of
//! the services that it turns to with the caller's permissions. The source is AWS's service
//! authorization reference (the columns "Actions" and "Dependent actions" of AWS Clean Rooms), which
//! says for whole operations what here is asked only where the body gives cause for it.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::error::ApiError;
use crate::signature::Caller;

/// What a caller may do, for requests in process: as an extension of a request it stands for the
/// policies of its caller, and is asked about each action that the call takes.
///
/// Without one everything is allowed. `GetCallerIdentity` and `AssumeRole` are not asked about: the
/// first needs no permission.
#[derive(Clone)]
pub struct Policy(Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl Policy {
    /// A policy that allows the actions, such as `cleanrooms:GetCollaboration`, of which `allows` is true.
    pub fn new(allows: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(allows))
    }

    /// Refuses a call that takes an action which is not allowed.
    pub(crate) fn check(
        &self,
        caller: &Caller,
        operation: &str,
        body: &Value,
        resource: &str,
    ) -> Result<(), ApiError> {
        // Each is asked about, for whoever wants to know all.
        let denied: Vec<_> =
            actions(operation, body).into_iter().filter(|action| !(self.0)(action)).collect();
        match denied.into_iter().next() {
            None => Ok(()),
            Some(action) => Err(ApiError::IamDenied {
                principal: caller.arn.clone(),
                action,
                resource: resource.to_owned(),
            }),
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").finish_non_exhaustive()
    }
}

/// The actions that a call takes, its own first.
fn actions(operation: &str, body: &Value) -> Vec<String> {
    let others = DEPENDENT.iter().filter(|one| one.operations.contains(&operation));
    let others = others.filter(|one| (one.cause)(operation, body)).flat_map(|one| one.actions);
    let own = format!("cleanrooms:{operation}");
    std::iter::once(own).chain(others.map(|action| (*action).to_owned())).collect()
}

/// Actions that some operations take besides their own.
struct Dependent {
    operations: &'static [&'static str],
    /// Whether a body gives cause for them.
    cause: fn(&str, &Value) -> bool,
    actions: &'static [&'static str],
}

const TABLES: &[&str] = &["CreateConfiguredTable", "UpdateConfiguredTable"];
const MEMBERSHIPS: &[&str] = &["CreateMembership", "UpdateMembership"];

/// The resource policies of audience models, where Clean Rooms manages them for the caller.
const POLICIES_OF_MODELS: &[&str] = &[
    "cleanrooms-ml:DeleteConfiguredAudienceModelPolicy",
    "cleanrooms-ml:GetConfiguredAudienceModelPolicy",
    "cleanrooms-ml:PutConfiguredAudienceModelPolicy",
];

const DEPENDENT: &[Dependent] = &[
    Dependent {
        operations: &[
            "CreateAnalysisTemplate",
            "CreateCollaboration",
            "CreateConfiguredAudienceModelAssociation",
            "CreateConfiguredTable",
            "CreateConfiguredTableAssociation",
            "CreateIdMappingTable",
            "CreateIdNamespaceAssociation",
            "CreateIntermediateTable",
            "CreateMembership",
            "CreatePrivacyBudgetTemplate",
        ],
        cause: |_, body| body["tags"].as_object().is_some_and(|tags| !tags.is_empty()),
        actions: &["cleanrooms:TagResource"],
    },
    Dependent {
        operations: TABLES,
        cause: |_, body| {
            ["glue", "athena"].iter().any(|kind| body["tableReference"].get(kind).is_some())
        },
        actions: &[
            "glue:BatchGetPartition",
            "glue:GetDatabase",
            "glue:GetDatabases",
            "glue:GetPartition",
            "glue:GetPartitions",
            "glue:GetSchemaVersion",
            "glue:GetTable",
            "glue:GetTables",
        ],
    },
    Dependent {
        operations: TABLES,
        cause: |_, body| body["tableReference"].get("athena").is_some(),
        actions: &["athena:GetTableMetadata"],
    },
    Dependent {
        operations: &["UpdateConfiguredTable"],
        cause: |_, body| body.get("allowedColumns").is_some(),
        actions: &["cleanrooms:UpdateConfiguredTableAllowedColumns"],
    },
    Dependent {
        operations: &["UpdateConfiguredTable"],
        cause: |_, body| body.get("tableReference").is_some(),
        actions: &["cleanrooms:UpdateConfiguredTableReference"],
    },
    Dependent {
        operations: &[
            "CreateAnalysisTemplate",
            "CreateConfiguredTableAssociation",
            "CreateMembership",
            "UpdateConfiguredTableAssociation",
            "UpdateMembership",
        ],
        cause: |_, body| has_member(body, "roleArn"),
        actions: &["iam:PassRole"],
    },
    Dependent {
        operations: &["CreateIdNamespaceAssociation"],
        cause: |_, _| true,
        actions: &["entityresolution:GetIdNamespace"],
    },
    Dependent {
        operations: &["CreateIdMappingTable"],
        cause: |_, _| true,
        actions: &["entityresolution:GetIdMappingWorkflow"],
    },
    Dependent {
        operations: &["CreateIdMappingTable", "CreateIdNamespaceAssociation"],
        cause: |_, body| body["inputReferenceConfig"]["manageResourcePolicies"] == true,
        actions: &["entityresolution:AddPolicyStatement"],
    },
    Dependent {
        operations: &["DeleteIdMappingTable", "DeleteIdNamespaceAssociation"],
        // No request says whether there is a policy of the service's own.
        cause: |_, _| true,
        actions: &["entityresolution:DeletePolicyStatement"],
    },
    Dependent {
        operations: &["CreateIntermediateTable", "UpdateIntermediateTable"],
        cause: |_, body| has_member(body, "kmsKeyArn"),
        actions: &["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
    },
    Dependent {
        operations: MEMBERSHIPS,
        // An update may also end what is delivered.
        cause: |operation, body| {
            let mut statuses = ["queryLogStatus", "jobLogStatus"].iter().map(|name| &body[name]);
            match operation {
                "CreateMembership" => statuses.any(|status| status == "ENABLED"),
                _ => statuses.any(|status| !status.is_null()),
            }
        },
        actions: &[
            "logs:CreateLogDelivery",
            "logs:CreateLogGroup",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ],
    },
    Dependent {
        operations: MEMBERSHIPS,
        cause: |_, body| has_member(body, "bucket"),
        actions: &["s3:GetBucketLocation"],
    },
    Dependent {
        operations: &["DeleteCollaboration", "DeleteMember"],
        cause: |_, _| true,
        actions: POLICIES_OF_MODELS,
    },
    // The API reference (CreateConfiguredAudienceModelAssociation, manageResourcePolicies) asks for these
    // to create, update and delete the policy; the request of a deletion does not tell whether there is one.
    Dependent {
        operations: &["CreateConfiguredAudienceModelAssociation"],
        cause: |_, body| body["manageResourcePolicies"] == true,
        actions: &[
            "cleanrooms-ml:GetConfiguredAudienceModelPolicy",
            "cleanrooms-ml:PutConfiguredAudienceModelPolicy",
        ],
    },
    Dependent {
        operations: &["DeleteConfiguredAudienceModelAssociation"],
        cause: |_, _| true,
        actions: POLICIES_OF_MODELS,
    },
    Dependent {
        operations: &["BatchGetSchema", "BatchGetSchemaAnalysisRule", "GetSchemaAnalysisRule"],
        cause: |_, _| true,
        actions: &["cleanrooms:GetSchema"],
    },
    Dependent {
        operations: &["BatchGetCollaborationAnalysisTemplate"],
        cause: |_, _| true,
        actions: &["cleanrooms:GetCollaborationAnalysisTemplate"],
    },
];

/// Whether an object has a member of that name, at whatever depth.
fn has_member(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => {
            members.contains_key(name) || members.values().any(|member| has_member(member, name))
        }
        Value::Array(items) => items.iter().any(|item| has_member(item, name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Model;

    #[test]
    fn a_call_takes_what_its_body_gives_cause_for() {
        let of = |operation, body| actions(operation, &body);
        assert_eq!(of("GetMembership", json!({})), ["cleanrooms:GetMembership"]);
        let tagged = of("CreateCollaboration", json!({"tags": {"a": "b"}}));
        assert_eq!(tagged, ["cleanrooms:CreateCollaboration", "cleanrooms:TagResource"]);
        assert_eq!(of("CreateCollaboration", json!({"tags": {}})).len(), 1);
        let renamed = of("UpdateConfiguredTable", json!({"name": "a"}));
        assert_eq!(renamed, ["cleanrooms:UpdateConfiguredTable"]);
        let elsewhere = of("UpdateConfiguredTable", json!({"tableReference": {"athena": {}}}));
        assert!(elsewhere.contains(&"athena:GetTableMetadata".to_owned()));
        assert!(elsewhere.contains(&"cleanrooms:UpdateConfiguredTableReference".to_owned()));
        let role = json!({"defaultResultConfiguration": {"roleArn": "arn:aws:iam::1:role/a"}});
        assert!(of("UpdateMembership", role).contains(&"iam:PassRole".to_owned()));
        let program = json!({"source": {"artifacts": {"roleArn": "arn:aws:iam::1:role/a"}}});
        assert!(of("CreateAnalysisTemplate", program).contains(&"iam:PassRole".to_owned()));
        let namespace = |managed| {
            let config = json!({"inputReferenceConfig": {"manageResourcePolicies": managed}});
            of("CreateIdNamespaceAssociation", config)
        };
        assert!(namespace(true).contains(&"entityresolution:AddPolicyStatement".to_owned()));
        assert_eq!(namespace(false).len(), 2);
        let model = |manages: bool| json!({ "manageResourcePolicies": manages });
        assert_eq!(of("CreateConfiguredAudienceModelAssociation", model(true)).len(), 3);
        assert_eq!(of("CreateConfiguredAudienceModelAssociation", model(false)).len(), 1);
        let encrypted = json!({"kmsKeyArn": "arn:aws:kms:us-east-1:1:key/a"});
        assert!(of("CreateIntermediateTable", encrypted).contains(&"kms:Decrypt".to_owned()));
        let silent = json!({"queryLogStatus": "DISABLED"});
        assert_eq!(of("CreateMembership", silent.clone()).len(), 1);
        assert_eq!(of("UpdateMembership", silent).len(), 10);
    }

    #[test]
    fn every_operation_of_the_table_is_in_the_model() {
        let model = Model::shared();
        for operation in DEPENDENT.iter().flat_map(|one| one.operations) {
            assert!(model.operations().any(|one| one.name == *operation), "{operation}");
        }
    }
}
