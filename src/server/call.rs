//! What all calls have in common.
//!
//! A call fails by an error of its own or by a panic. Either way its reply is
//! made from the request by [`Call::failed`], so that no failure can lose state:
//! to a host an absent state means that the object is gone.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tonic::{Response, Status};
use tracing::Instrument as _;

use super::to_proto::diagnostics as to_proto;
use crate::framework::{Diagnostic, Diagnostics};
use crate::plugin::catch_panic;
use crate::proto::tfplugin6::*;

/// A request, and the reply to it when its call failed.
pub(super) trait Call {
    /// The call's name in the protocol.
    const RPC: &'static str;
    /// The message that answers it.
    type Reply;

    /// The type of the resource or data source that the call concerns, if it concerns one.
    fn type_name(&self) -> Option<&str>;

    /// A reply that says what went wrong and keeps what was there.
    fn failed(&self, diagnostics: Diagnostics) -> Self::Reply;
}

/// Answers one call; what goes wrong in it becomes its diagnostics.
///
/// Never gives a status: hosts show one as a crash of the plugin.
pub(super) async fn answer<C: Call>(
    request: &C,
    call: impl Future<Output = Result<C::Reply, Diagnostics>>,
) -> Result<Response<C::Reply>, Status> {
    // Around the call at any level: what it logs says whose call it was.
    let span = tracing::error_span!(
        "call",
        rpc = C::RPC,
        tf_req_id = NEXT.fetch_add(1, Ordering::Relaxed),
        tf_resource_type = request.type_name(),
    );
    Ok(Response::new(answered(request, call).instrument(span).await))
}

/// Tells calls apart that run at the same time, under the name that providers
/// in Go give it.
static NEXT: AtomicU64 = AtomicU64::new(1);

async fn answered<C: Call>(
    request: &C,
    call: impl Future<Output = Result<C::Reply, Diagnostics>>,
) -> C::Reply {
    let started = Instant::now();
    let reply = match catch_panic(C::RPC, call).await {
        Ok(reply) => reply.unwrap_or_else(|diagnostics| request.failed(diagnostics)),
        Err(panic) => {
            let bug = Diagnostic::bug(format!("{} panicked: {panic}", C::RPC));
            request.failed(bug.into())
        }
    };
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(duration_ms, "answered");
    reply
}

/// Calls whose reply has nothing but diagnostics to say when they failed.
macro_rules! nothing_to_keep {
    ($($rpc:literal: $module:ident $(of $type_name:ident)?;)*) => {$(
        impl Call for $module::Request {
            const RPC: &'static str = $rpc;
            type Reply = $module::Response;

            fn type_name(&self) -> Option<&str> {
                None$(.or(Some(self.$type_name.as_str())))?
            }

            #[allow(clippy::needless_update, reason = "some replies hold nothing else")]
            fn failed(&self, diagnostics: Diagnostics) -> Self::Reply {
                Self::Reply { diagnostics: to_proto(diagnostics), ..Self::Reply::default() }
            }
        }
    )*};
}

nothing_to_keep! {
    "GetMetadata": get_metadata;
    "GetProviderSchema": get_provider_schema;
    "GetResourceIdentitySchemas": get_resource_identity_schemas;
    "ValidateProviderConfig": validate_provider_config;
    "ConfigureProvider": configure_provider;
    "ValidateResourceConfig": validate_resource_config of type_name;
    "UpgradeResourceState": upgrade_resource_state of type_name;
    "UpgradeResourceIdentity": upgrade_resource_identity of type_name;
    "ImportResourceState": import_resource_state of type_name;
    "ValidateDataResourceConfig": validate_data_resource_config of type_name;
    "ReadDataSource": read_data_source of type_name;
    "ValidateListResourceConfig": validate_list_resource_config of type_name;
    "ValidateActionConfig": validate_action_config of type_name;
    "PlanAction": plan_action of action_type;
    "GenerateResourceConfig": generate_resource_config of type_name;
    "MoveResourceState": move_resource_state of target_type_name;
}

impl Call for stop_provider::Request {
    const RPC: &'static str = "StopProvider";
    type Reply = stop_provider::Response;

    fn type_name(&self) -> Option<&str> {
        None
    }

    fn failed(&self, diagnostics: Diagnostics) -> Self::Reply {
        let texts: Vec<_> = diagnostics.iter().map(Diagnostic::to_string).collect();
        Self::Reply { error: texts.join("\n") }
    }
}

impl Call for read_resource::Request {
    const RPC: &'static str = "ReadResource";
    type Reply = read_resource::Response;

    fn type_name(&self) -> Option<&str> {
        Some(&self.type_name)
    }

    fn failed(&self, diagnostics: Diagnostics) -> Self::Reply {
        Self::Reply {
            new_state: self.current_state.clone(),
            private: self.private.clone(),
            new_identity: self.current_identity.clone(),
            diagnostics: to_proto(diagnostics),
            deferred: None,
        }
    }
}

impl Call for plan_resource_change::Request {
    const RPC: &'static str = "PlanResourceChange";
    type Reply = plan_resource_change::Response;

    fn type_name(&self) -> Option<&str> {
        Some(&self.type_name)
    }

    fn failed(&self, diagnostics: Diagnostics) -> Self::Reply {
        Self::Reply {
            planned_state: self.prior_state.clone(),
            planned_private: self.prior_private.clone(),
            planned_identity: self.prior_identity.clone(),
            diagnostics: to_proto(diagnostics),
            ..Self::Reply::default()
        }
    }
}

impl Call for apply_resource_change::Request {
    const RPC: &'static str = "ApplyResourceChange";
    type Reply = apply_resource_change::Response;

    fn type_name(&self) -> Option<&str> {
        Some(&self.type_name)
    }

    fn failed(&self, diagnostics: Diagnostics) -> Self::Reply {
        Self::Reply {
            new_state: self.prior_state.clone(),
            private: self.planned_private.clone(),
            new_identity: self.planned_identity.clone(),
            diagnostics: to_proto(diagnostics),
            legacy_type_system: false,
        }
    }
}
