//! The calls that concern one action.

use std::sync::Arc;

use futures_util::stream::{StreamExt, unfold};
use tokio::sync::mpsc;
use tonic::codegen::BoxStream;
use tonic::{Request, Response};
use tracing::Instrument as _;

use super::service::Service;
use super::{from_proto, to_proto};
use crate::framework::action::AnyAction;
use crate::framework::resource::Progress;
use crate::framework::{Diagnostic, Diagnostics, Provider};
use crate::plugin::catch_panic;
use crate::proto::tfplugin6::invoke_action::event::{Completed, Progress as Told, Type};
use crate::proto::tfplugin6::*;

const RPC: &str = "InvokeAction";

/// What an invocation tells.
enum Event {
    /// How it gets on.
    Progress(String),
    /// How it has ended: the last word.
    Completed(Diagnostics),
}

impl<P: Provider> Service<P> {
    pub(super) fn validate_action(
        &self,
        request: &validate_action_config::Request,
    ) -> Result<validate_action_config::Response, Diagnostics> {
        let checked = self.checked(&request.type_name, request.config.as_ref())?;
        let diagnostics = to_proto::diagnostics(checked);
        Ok(validate_action_config::Response { diagnostics })
    }

    /// Checks what is known by now. No call is made: the provider may be configured with unknown values,
    /// and what could not be asked would stop a plan that is right.
    pub(super) fn planned_action(
        &self,
        request: &plan_action::Request,
    ) -> Result<plan_action::Response, Diagnostics> {
        let checked = self.checked(&request.action_type, request.config.as_ref())?;
        let diagnostics = to_proto::diagnostics(checked);
        Ok(plan_action::Response { diagnostics, deferred: None })
    }

    fn checked(
        &self,
        type_name: &str,
        config: Option<&DynamicValue>,
    ) -> Result<Diagnostics, Diagnostics> {
        let action = self.action(type_name)?;
        let ty = action.schema().implied_type();
        let config = from_proto::value(config, &ty, || named(type_name))?;
        Ok(action.validate(&config))
    }

    /// Answers with words of progress, and at last with exactly one end. What goes wrong, a panic
    /// included, is told in that.
    pub(super) fn invoke(
        &self,
        request: Request<invoke_action::Request>,
    ) -> Response<BoxStream<invoke_action::Event>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let service = self.clone();
        let span = tracing::error_span!(
            "call",
            rpc = RPC,
            tf_resource_type = request.get_ref().action_type,
        );
        // What was begun goes on although its caller is gone, as in an apply: it has its own task,
        // which holds the whole request.
        let invocation = async move {
            let told = sender.clone();
            // Nobody may listen any more.
            let progress: Progress = Box::new(move |line: &str| {
                let _ = told.send(Event::Progress(line.to_owned()));
            });
            let invoking = service.invoked(request.get_ref(), progress);
            let ended = match catch_panic(RPC, Box::pin(invoking)).await {
                Ok(ended) => ended.unwrap_or_else(|errors| errors),
                Err(panic) => Diagnostic::bug(format!("{RPC} panicked: {panic}")).into(),
            };
            let _ = sender.send(Event::Completed(ended));
        };
        tokio::spawn(invocation.instrument(span));
        let events = unfold(Some(receiver), |receiver| async {
            let mut receiver = receiver?;
            let (told, rest) = match receiver.recv().await {
                Some(Event::Progress(message)) => {
                    (Type::Progress(Told { message }), Some(receiver))
                }
                Some(Event::Completed(diagnostics)) => (completed(diagnostics), None),
                // Only the end of the runtime ends the task early.
                None => (completed(Diagnostic::bug(format!("{RPC} did not end")).into()), None),
            };
            Some((Ok(invoke_action::Event { r#type: Some(told) }), rest))
        });
        Response::new(events.boxed())
    }

    async fn invoked(
        &self,
        request: &invoke_action::Request,
        progress: Progress,
    ) -> Result<Diagnostics, Diagnostics> {
        let type_name = &request.action_type;
        let action = self.action(type_name)?;
        let ty = action.schema().implied_type();
        let config = from_proto::stored_value(request.config.as_ref(), &ty, || named(type_name))?;
        let configured = self.configured(type_name)?;
        Ok(action.invoke(&configured, self.provider.stop_token(), &config, progress).await)
    }

    fn action(&self, type_name: &str) -> Result<Arc<dyn AnyAction<P::Client>>, Diagnostic> {
        self.provider.action(type_name).ok_or_else(|| {
            Diagnostic::error(
                format!("Unknown action {type_name:?}"),
                "This version of the provider has no such action.",
            )
        })
    }
}

fn completed(diagnostics: Diagnostics) -> Type {
    Type::Completed(Completed { diagnostics: to_proto::diagnostics(diagnostics) })
}

/// A configuration, as errors call it.
fn named(type_name: &str) -> String {
    format!("the configuration of action.{type_name}")
}
