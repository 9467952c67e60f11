//! What the service answers when it refuses a request.
//!
//! The codes with their members and HTTP statuses are those of the service
//! model; the last group is what AWS's front door answers for every service.

use serde_json::{Value, json};

/// A refusal, as the caller gets to see it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ApiError {
    /// The request is not acceptable; `fields` says which members are at fault.
    Validation { reason: ValidationReason, message: String, fields: Vec<FieldError> },
    /// The caller may not do this, or the object is not there for it to see.
    AccessDenied { message: String },
    /// IAM's own denial, which carries no reason.
    IamDenied { principal: String, action: String, resource: String },
    /// The object does not exist.
    NotFound { kind: Option<ResourceKind>, id: String },
    /// The object exists, in a state that does not allow the action.
    Conflict { reason: ConflictReason, kind: ResourceKind, id: String, message: String },
    /// A quota is used up.
    Quota { name: &'static str, value: u64 },
    /// Too many requests.
    Throttling,
    /// The service failed.
    Internal,
    /// A proxy in front of the service failed (HTTP 502 or 503).
    Gateway { status: u16 },
    /// A refusal that is the same for every AWS service.
    FrontDoor { status: u16, code: &'static str, message: String },
}

/// `ValidationException.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValidationReason {
    FieldValidationFailed,
    InvalidConfiguration,
    InvalidQuery,
    IamSynchronizationDelay,
}

impl ValidationReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::FieldValidationFailed => "FIELD_VALIDATION_FAILED",
            Self::InvalidConfiguration => "INVALID_CONFIGURATION",
            Self::InvalidQuery => "INVALID_QUERY",
            Self::IamSynchronizationDelay => "IAM_SYNCHRONIZATION_DELAY",
        }
    }
}

/// `ConflictException.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConflictReason {
    AlreadyExists,
    SubresourcesExist,
    InvalidState,
}

impl ConflictReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::SubresourcesExist => "SUBRESOURCES_EXIST",
            Self::InvalidState => "INVALID_STATE",
        }
    }
}

/// `resourceType` of the exceptions that name a resource. For other kinds of
/// objects the model has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResourceKind {
    Collaboration,
    ConfiguredTable,
    ConfiguredTableAssociation,
    Membership,
}

impl ResourceKind {
    /// The value that fits an ARN best.
    pub(crate) fn of_arn(arn: &str) -> Self {
        let path = arn.splitn(6, ':').last().unwrap_or_default();
        match path.split('/').next() {
            Some("membership") => Self::Membership,
            Some("configuredtable") => Self::ConfiguredTable,
            Some("configuredtableassociation") => Self::ConfiguredTableAssociation,
            _ => Self::Collaboration,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Collaboration => "COLLABORATION",
            Self::ConfiguredTable => "CONFIGURED_TABLE",
            Self::ConfiguredTableAssociation => "CONFIGURED_TABLE_ASSOCIATION",
            Self::Membership => "MEMBERSHIP",
        }
    }
}

/// One entry of `ValidationException.fieldList`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// Path of the member in the request, as in `members[0].accountId`.
    pub(crate) name: String,
    /// The rule that it breaks.
    pub(crate) message: String,
}

impl ApiError {
    /// All that is wrong with the shape of a request, in one exception.
    pub(crate) fn fields(fields: Vec<FieldError>) -> Self {
        let details: Vec<String> = fields
            .iter()
            .map(|field| {
                format!("Value at '{}' failed to satisfy constraint: {}", field.name, field.message)
            })
            .collect();
        let plural = if fields.len() == 1 { "" } else { "s" };
        Self::Validation {
            reason: ValidationReason::FieldValidationFailed,
            message: format!(
                "{} validation error{plural} detected: {}",
                fields.len(),
                details.join("; ")
            ),
            fields,
        }
    }

    /// A request whose shape is right and whose content breaks a rule.
    pub(crate) fn configuration(field: &str, message: impl Into<String>) -> Self {
        Self::of_reason(ValidationReason::InvalidConfiguration, field, message)
    }

    /// A query that cannot be run.
    pub(crate) fn query(field: &str, message: impl Into<String>) -> Self {
        Self::of_reason(ValidationReason::InvalidQuery, field, message)
    }

    fn of_reason(reason: ValidationReason, field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Validation {
            reason,
            fields: vec![FieldError { name: field.to_owned(), message: message.clone() }],
            message,
        }
    }

    /// The role of a result configuration is too new to be used.
    pub(crate) fn iam_synchronization_delay() -> Self {
        Self::Validation {
            reason: ValidationReason::IamSynchronizationDelay,
            message: "The role cannot be assumed by the service yet; try again.".to_owned(),
            fields: Vec::new(),
        }
    }

    pub(crate) fn denied(message: impl Into<String>) -> Self {
        Self::AccessDenied { message: message.into() }
    }

    /// The answer for a collaboration that is not there for the caller, be it
    /// absent, deleted, in another Region or closed to it.
    pub(crate) fn collaboration_denied(id: &str) -> Self {
        Self::denied(format!("You do not have access to the collaboration {id}."))
    }

    pub(crate) fn not_found(kind: ResourceKind, id: &str) -> Self {
        Self::NotFound { kind: Some(kind), id: id.to_owned() }
    }

    pub(crate) fn conflict(
        reason: ConflictReason,
        kind: ResourceKind,
        id: &str,
        message: impl Into<String>,
    ) -> Self {
        Self::Conflict { reason, kind, id: id.to_owned(), message: message.into() }
    }

    pub(crate) fn front_door(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self::FrontDoor { status, code, message: message.into() }
    }

    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Validation { .. } => 400,
            Self::Quota { .. } => 402,
            Self::AccessDenied { .. } | Self::IamDenied { .. } => 403,
            Self::NotFound { .. } => 404,
            Self::Conflict { .. } => 409,
            Self::Throttling => 429,
            Self::Internal => 500,
            Self::Gateway { status } | Self::FrontDoor { status, .. } => *status,
        }
    }

    /// The value of the `x-amzn-errortype` header.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Validation { .. } => "ValidationException",
            Self::Quota { .. } => "ServiceQuotaExceededException",
            Self::AccessDenied { .. } | Self::IamDenied { .. } => "AccessDeniedException",
            Self::NotFound { .. } => "ResourceNotFoundException",
            Self::Conflict { .. } => "ConflictException",
            Self::Throttling => "ThrottlingException",
            Self::Internal => "InternalServerException",
            Self::Gateway { status: 502 } => "BadGatewayException",
            Self::Gateway { .. } => "ServiceUnavailableException",
            Self::FrontDoor { code, .. } => code,
        }
    }

    pub(crate) fn message(&self) -> String {
        match self {
            Self::Validation { message, .. }
            | Self::AccessDenied { message }
            | Self::Conflict { message, .. }
            | Self::FrontDoor { message, .. } => message.clone(),
            Self::IamDenied { principal, action, resource } => format!(
                "User: {principal} is not authorized to perform: {action} on resource: {resource}"
            ),
            Self::NotFound { kind, id } => {
                let kind = kind.map(|kind| format!("{} ", kind.as_str())).unwrap_or_default();
                format!("The resource {kind}{id} does not exist.")
            }
            Self::Quota { name, value } => {
                format!("The quota '{name}' of {value} is used up.")
            }
            Self::Throttling => "Rate exceeded".to_owned(),
            Self::Internal => "An internal error occurred.".to_owned(),
            Self::Gateway { .. } => "The service is unavailable.".to_owned(),
        }
    }

    /// The JSON body of the reply.
    pub(crate) fn body(&self) -> Value {
        let message = self.message();
        match self {
            Self::Validation { reason, fields, .. } => {
                let mut body = json!({ "message": message, "reason": reason.as_str() });
                if !fields.is_empty() {
                    body["fieldList"] = fields
                        .iter()
                        .map(|field| json!({ "name": field.name, "message": field.message }))
                        .collect();
                }
                body
            }
            Self::AccessDenied { .. } => {
                json!({ "message": message, "reason": "INSUFFICIENT_PERMISSIONS" })
            }
            Self::NotFound { kind, id } => {
                let mut body = json!({ "message": message, "resourceId": id });
                if let Some(kind) = kind {
                    body["resourceType"] = kind.as_str().into();
                }
                body
            }
            Self::Conflict { reason, kind, id, .. } => json!({
                "message": message,
                "resourceId": id,
                "resourceType": kind.as_str(),
                "reason": reason.as_str(),
            }),
            Self::Quota { name, value } => {
                json!({ "message": message, "quotaName": name, "quotaValue": *value as f64 })
            }
            // IAM and the front door write the key with a capital letter.
            Self::IamDenied { .. } | Self::FrontDoor { .. } | Self::Gateway { .. } => {
                json!({ "Message": message })
            }
            Self::Throttling | Self::Internal => json!({ "message": message }),
        }
    }
}
