//! The calls that concern one resource.

use std::sync::Arc;

use super::service::Service;
use super::{from_proto, to_proto};
use crate::framework::managed::{ApplyRequest, ManagedResource, PlanRequest, StateResponse};
use crate::framework::moving::Source;
use crate::framework::private::Private;
use crate::framework::write_only;
use crate::framework::{Configured, Diagnostic, Diagnostics, ImportTarget, Provider};
use crate::proto::tfplugin6::*;
use crate::wire::{Type, Value};

impl<P: Provider> Service<P> {
    pub(super) fn validate(
        &self,
        request: &validate_resource_config::Request,
    ) -> Result<validate_resource_config::Response, Diagnostics> {
        let target = self.target(&request.type_name)?;
        let config = target.config(request.config.as_ref())?;
        let mut diagnostics = target.resource.validate(&config);
        if !request.client_capabilities.is_some_and(|c| c.write_only_attributes_allowed) {
            diagnostics.extend(write_only::unsupported(target.resource.schema(), &config));
        }
        let diagnostics = to_proto::diagnostics(diagnostics);
        Ok(validate_resource_config::Response { diagnostics })
    }

    pub(super) fn upgrade(
        &self,
        request: &upgrade_resource_state::Request,
    ) -> Result<upgrade_resource_state::Response, Diagnostics> {
        let target = self.target(&request.type_name)?;
        let what = || target.named("the stored state");
        let stored = from_proto::raw_json(request.raw_state.as_ref(), what)?;
        let state = target.resource.upgrade(request.version, stored)?;
        if state.is_null() {
            // Core would take null for an object that is gone.
            return Err(from_proto::unreadable(&what(), "it is null").into());
        }
        let upgraded_state = Some(to_proto::value(&state, &target.ty)?);
        Ok(upgrade_resource_state::Response { upgraded_state, diagnostics: Vec::new() })
    }

    pub(super) fn upgrade_identity(
        &self,
        request: &upgrade_resource_identity::Request,
    ) -> Result<upgrade_resource_identity::Response, Diagnostics> {
        let target = self.target(&request.type_name)?;
        // Terraform asks whenever the versions differ, also where no identity is stored.
        let stored = request.raw_identity.as_ref().map(|raw| raw.json.as_slice());
        let identity = target.resource.upgrade_identity(stored.unwrap_or_default());
        let upgraded_identity = to_proto::identity(&identity, &target.identity_ty)?;
        Ok(upgrade_resource_identity::Response { upgraded_identity, diagnostics: Vec::new() })
    }

    pub(super) async fn read(
        &self,
        request: &read_resource::Request,
    ) -> Result<read_resource::Response, Diagnostics> {
        let target = self.target(&request.type_name)?;
        let prior = StateResponse {
            state: target.state(request.current_state.as_ref())?,
            private: target.private(&request.private)?,
            identity: target.identity(request.current_identity.as_ref())?,
            diagnostics: Diagnostics::new(),
        };
        let configured = self.configured(target.resource.type_name())?;
        self.provider.note_read();
        // What does not exist in state is not looked for.
        let read = if prior.state.is_null() {
            prior
        } else {
            target.resource.read(&configured, self.provider.stop_token(), prior).await
        };
        let read = target.encoded(read)?;
        Ok(read_resource::Response {
            new_state: Some(read.state),
            private: read.private,
            new_identity: read.identity,
            diagnostics: read.diagnostics,
            deferred: None,
        })
    }

    pub(super) fn plan(
        &self,
        request: &plan_resource_change::Request,
    ) -> Result<plan_resource_change::Response, Diagnostics> {
        let target = self.target(&request.type_name)?;
        let proposed = target.planned(request.proposed_new_state.as_ref())?;
        let config = target.config(request.config.as_ref())?;
        let configured = self.provider.configured();
        let client = configured.as_deref().map(|configured| &configured.client);
        let deferral_allowed = request.client_capabilities.is_some_and(|c| c.deferral_allowed);
        let mut plan = target.resource.plan(
            client,
            PlanRequest {
                prior: target.state(request.prior_state.as_ref())?,
                // The framework makes its own proposal; core's says only
                // whether the object is to be destroyed.
                config: if proposed.is_null() { Value::Null } else { config },
                private: target.private(&request.prior_private)?,
                identity: target.identity(request.prior_identity.as_ref())?,
                planned_private: target.private(&request.planned_private)?,
                walk: self.provider.walk(deferral_allowed),
            },
        );
        let requires_replace = plan.requires_replace.iter().map(to_proto::attribute_path);
        let requires_replace = requires_replace.collect();
        let encoded = target.encoded(StateResponse {
            state: plan.planned,
            private: plan.private,
            identity: plan.identity,
            diagnostics: std::mem::take(&mut plan.diagnostics),
        })?;
        Ok(plan_resource_change::Response {
            planned_state: Some(encoded.state),
            requires_replace,
            planned_private: encoded.private,
            planned_identity: encoded.identity,
            diagnostics: encoded.diagnostics,
            ..plan_resource_change::Response::default()
        })
    }

    pub(super) async fn apply(
        &self,
        request: &apply_resource_change::Request,
    ) -> Result<apply_resource_change::Response, Diagnostics> {
        let target = self.target(&request.type_name)?;
        let change = ApplyRequest {
            prior: target.state(request.prior_state.as_ref())?,
            planned: target.planned(request.planned_state.as_ref())?,
            config: target.config(request.config.as_ref())?,
            private: target.private(&request.planned_private)?,
            identity: target.identity(request.planned_identity.as_ref())?,
        };
        if change.prior.is_null() && change.planned.is_null() {
            let what = target.named("the planned state");
            return Err(from_proto::unreadable(&what, "it is null, and so is the prior one").into());
        }
        let configured = self.configured(target.resource.type_name())?;
        let stop = self.provider.stop_token();
        let created = change.prior.is_null();
        let mut applied = target.resource.apply(&configured.client, stop, change).await;
        if created {
            applied.diagnostics.extend(to_proto::fit(&mut applied.state, &target.ty));
        }
        let applied = target.encoded(applied)?;
        Ok(apply_resource_change::Response {
            new_state: Some(applied.state),
            private: applied.private,
            new_identity: applied.identity,
            diagnostics: applied.diagnostics,
            legacy_type_system: false,
        })
    }

    pub(super) fn import(
        &self,
        request: &import_resource_state::Request,
    ) -> Result<import_resource_state::Response, Diagnostics> {
        let target = self.target(&request.type_name)?;
        let configured = self.configured(target.resource.type_name())?;
        let identity = target.identity(request.identity.as_ref())?;
        let named = if request.id.is_empty() && !identity.is_null() {
            ImportTarget::Identity(&identity)
        } else {
            ImportTarget::Id(&request.id)
        };
        let imported = target.resource.import(&configured, named)?;
        let imported = target.encoded(imported)?;
        Ok(import_resource_state::Response {
            imported_resources: vec![import_resource_state::ImportedResource {
                type_name: request.type_name.clone(),
                state: Some(imported.state),
                private: imported.private,
                identity: imported.identity,
            }],
            diagnostics: imported.diagnostics,
            deferred: None,
        })
    }

    pub(super) fn generate_config(
        &self,
        request: &generate_resource_config::Request,
    ) -> Result<generate_resource_config::Response, Diagnostics> {
        let target = self.target(&request.type_name)?;
        let state = target.state(request.state.as_ref())?;
        if state.is_null() {
            let what = "Terraform 1.14.0 asks for it without saying of what; use 1.14.1 or later.";
            return Err(Diagnostic::error("Cannot write the configuration", what).into());
        }
        let configured = self.provider.configured();
        let client = configured.as_deref().map(|configured| &configured.client);
        let config = target.resource.configuration(client, &state);
        let config = Some(to_proto::value(&config, &target.ty)?);
        Ok(generate_resource_config::Response { config, diagnostics: Vec::new() })
    }

    /// Needs no configured provider, and engines have none for it (protocol-more, 1.2).
    pub(super) fn move_state(
        &self,
        request: &move_resource_state::Request,
    ) -> Result<move_resource_state::Response, Diagnostics> {
        let target = self.target(&request.target_type_name)?;
        let what = || format!("the state of {} that is to be moved", request.source_type_name);
        let identity = request.source_identity.as_ref().map(|raw| raw.json.as_slice());
        let moved = target.resource.move_here(Source {
            provider: &request.source_provider_address,
            type_name: &request.source_type_name,
            version: request.source_schema_version,
            state: from_proto::raw_json(request.source_state.as_ref(), what)?,
            private: &request.source_private,
            identity: identity.unwrap_or_default(),
        })?;
        let moved = target.encoded(moved)?;
        Ok(move_resource_state::Response {
            target_state: Some(moved.state),
            target_private: moved.private,
            target_identity: moved.identity,
            diagnostics: moved.diagnostics,
        })
    }

    /// The resource type that a call names.
    pub(super) fn target(&self, type_name: &str) -> Result<Target<P::Client>, Diagnostic> {
        let resource = self.provider.resource(type_name).ok_or_else(|| {
            Diagnostic::error(
                format!("Unknown resource type {type_name:?}"),
                "This version of the provider has no such resource.",
            )
        })?;
        let ty = resource.schema().implied_type();
        let identity_ty = resource.identity_schema().implied_type();
        Ok(Target { resource, ty, identity_ty })
    }

    /// What the provider was configured with.
    pub(super) fn configured(
        &self,
        type_name: &str,
    ) -> Result<Arc<Configured<P::Client>>, Diagnostic> {
        self.provider.configured().ok_or_else(|| {
            Diagnostic::error(
                "The provider is not configured",
                format!("{type_name} cannot be reached before that."),
            )
        })
    }
}

/// A resource type, and the types that its values are encoded for.
pub(super) struct Target<C> {
    pub(super) resource: Arc<dyn ManagedResource<C>>,
    pub(super) ty: Type,
    pub(super) identity_ty: Type,
}

/// State after a call, as it goes into the reply.
struct Encoded {
    state: DynamicValue,
    private: Vec<u8>,
    identity: Option<ResourceIdentityData>,
    diagnostics: Vec<crate::proto::tfplugin6::Diagnostic>,
}

impl<C> Target<C> {
    fn config(&self, config: Option<&DynamicValue>) -> Result<Value, Diagnostic> {
        from_proto::value(config, &self.ty, || self.named("the configuration"))
    }

    fn planned(&self, planned: Option<&DynamicValue>) -> Result<Value, Diagnostic> {
        from_proto::value(planned, &self.ty, || self.named("the planned state"))
    }

    fn state(&self, state: Option<&DynamicValue>) -> Result<Value, Diagnostic> {
        from_proto::stored_value(state, &self.ty, || self.named("the state"))
    }

    fn identity(&self, identity: Option<&ResourceIdentityData>) -> Result<Value, Diagnostic> {
        from_proto::identity(identity, &self.identity_ty, || self.named("the identity"))
    }

    fn private(&self, bytes: &[u8]) -> Result<Private, Diagnostic> {
        from_proto::private(bytes, || self.named("the private state"))
    }

    /// A part of a resource, as errors call it.
    fn named(&self, part: &str) -> String {
        format!("{part} of {}", self.resource.type_name())
    }

    /// The parts of the reply. When they cannot be written, what the call had
    /// to tell is told all the same.
    fn encoded(&self, response: StateResponse) -> Result<Encoded, Diagnostics> {
        let StateResponse { state, private, identity, mut diagnostics } = response;
        let values = to_proto::value(&state, &self.ty)
            .and_then(|state| Ok((state, to_proto::identity(&identity, &self.identity_ty)?)));
        match values {
            Ok((state, identity)) => Ok(Encoded {
                state,
                private: private.to_bytes(),
                identity,
                diagnostics: to_proto::diagnostics(diagnostics),
            }),
            Err(bug) => {
                diagnostics.push(bug);
                Err(diagnostics)
            }
        }
    }
}
