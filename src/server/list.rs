//! The calls that concern one list resource.

use std::sync::Arc;

use futures_util::future::ready;
use futures_util::stream::{StreamExt, once, unfold};
use tonic::Response;
use tonic::codegen::BoxStream;

use super::service::Service;
use super::{from_proto, to_proto};
use crate::framework::list::{AnyListResource, Event, Query, events};
use crate::framework::{Diagnostic, Diagnostics, Provider};
use crate::plugin::catch_panic;
use crate::proto::tfplugin6::*;
use crate::wire::Type;

const RPC: &str = "ListResource";

/// The events of a query, as they come.
type Events = BoxStream<list_resource::Event>;

impl<P: Provider> Service<P> {
    pub(super) fn validate_list(
        &self,
        request: &validate_list_resource_config::Request,
    ) -> Result<validate_list_resource_config::Response, Diagnostics> {
        let list = self.list_resource_of(&request.type_name)?;
        let ty = list.schema().implied_type();
        let config = from_proto::value(request.config.as_ref(), &ty, || named(&request.type_name))?;
        let diagnostics = to_proto::diagnostics(list.validate(&config));
        Ok(validate_list_resource_config::Response { diagnostics })
    }

    /// Answers with one event after the other. What goes wrong is an event, too: hosts show a status
    /// as a crash of the plugin.
    pub(super) fn list(&self, request: &list_resource::Request) -> Response<Events> {
        tracing::debug!(rpc = RPC, tf_resource_type = request.type_name, "asked");
        let events = match self.events(request) {
            Ok(events) => events,
            Err(wrong) => once(ready(Ok(told(wrong)))).boxed(),
        };
        // After a panic the stream ends with an event that says so.
        let caught = unfold(Some(events), |events| async {
            let mut events = events?;
            match catch_panic(RPC, events.next()).await {
                Ok(event) => Some((event?, Some(events))),
                Err(panic) => {
                    let bug = Diagnostic::bug(format!("{RPC} panicked: {panic}"));
                    Some((Ok(told(bug.into())), None))
                }
            }
        });
        Response::new(caught.boxed())
    }

    fn events(&self, request: &list_resource::Request) -> Result<Events, Diagnostics> {
        let type_name = &request.type_name;
        let list = self.list_resource_of(type_name)?;
        let target = self.target(type_name)?;
        let ty = list.schema().implied_type();
        // Core lists only once all of it is known, and sends nulls where there is no configuration.
        let what = || named(type_name);
        let config = from_proto::stored_value(request.config.as_ref(), &ty, what)?;
        let query = Query {
            config,
            includes_objects: request.include_resource_object,
            limit: usize::try_from(request.limit).unwrap_or_default(),
        };
        let configured = self.configured(type_name)?;
        let stop = self.provider.stop_token();
        let (ty, identity_ty) = (target.ty, target.identity_ty);
        let found = events(list, target.resource, configured, stop, query);
        Ok(found.map(move |event| Ok(event_to_proto(event, &ty, &identity_ty))).boxed())
    }

    fn list_resource_of(
        &self,
        type_name: &str,
    ) -> Result<Arc<dyn AnyListResource<P::Client>>, Diagnostic> {
        self.provider.list_resource(type_name).ok_or_else(|| {
            Diagnostic::error(
                format!("Unknown list resource {type_name:?}"),
                "This version of the provider lists no such resources.",
            )
        })
    }
}

/// An event of diagnostics alone.
fn told(diagnostics: Diagnostics) -> list_resource::Event {
    let diagnostic = to_proto::diagnostics(diagnostics);
    list_resource::Event { diagnostic, ..list_resource::Event::default() }
}

fn event_to_proto(event: Event, ty: &Type, identity_ty: &Type) -> list_resource::Event {
    let Event { identity, display_name, object, mut diagnostics } = event;
    let object = (!object.is_null()).then(|| to_proto::value(&object, ty)).transpose();
    let encoded = object.and_then(|it| Ok((it, to_proto::identity(&identity, identity_ty)?)));
    match encoded {
        Ok((resource_object, identity)) => {
            let diagnostic = to_proto::diagnostics(diagnostics);
            list_resource::Event { identity, display_name, resource_object, diagnostic }
        }
        Err(bug) => {
            diagnostics.push(bug);
            told(diagnostics)
        }
    }
}

/// A configuration, as errors call it.
fn named(type_name: &str) -> String {
    format!("the configuration of list.{type_name}")
}
