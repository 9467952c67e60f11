//! What is done with each call: it carries our name, its reply is judged and
//! tells the time, and it is a line of the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use tokio_util::sync::CancellationToken;

use super::clock::ServerClock;
use super::config::ProviderConfig;
use super::outcome::is_throttling;
use super::pace::{Operation, Pace};
use super::reply::{Asked, error_code, request_id};
use super::retries::DatedWrong;
use super::stop::{OnlyLooks, Stopped};
use super::variables::non_empty_variable;

/// The name that every request carries.
const PRODUCT: &str = concat!("terraform-provider-cleanrooms/", env!("CARGO_PKG_VERSION"));

/// Watches every attempt of every call.
#[derive(Clone, Debug)]
pub(super) struct Observer {
    clock: Arc<ServerClock>,
    pace: Arc<Pace>,
    user_agent: Arc<str>,
    stop: Option<CancellationToken>,
}

impl Observer {
    /// No attempt begins once `stop` is cancelled.
    pub(super) fn new(
        config: &ProviderConfig,
        clock: Arc<ServerClock>,
        pace: Arc<Pace>,
        stop: Option<CancellationToken>,
    ) -> Self {
        Self { clock, pace, user_agent: user_agent(config).into(), stop }
    }
}

/// Product and version, Terraform's version, the configured products, and what `TF_APPEND_USER_AGENT`
/// holds, which Terraform documents for marking runs in CloudTrail.
fn user_agent(config: &ProviderConfig) -> String {
    let mut parts = vec![PRODUCT.to_owned()];
    if let Some(version) = &config.terraform_version {
        parts.push(format!("Terraform/{version}"));
    }
    parts.extend(config.user_agent.iter().cloned());
    parts.extend(non_empty_variable("TF_APPEND_USER_AGENT"));
    let text = parts.join(" ");
    text.chars().filter(|c| matches!(c, ' '..='~')).collect()
}

/// An attempt of a call, from the moment it is sent.
#[derive(Debug)]
struct Attempt {
    service: String,
    operation: Operation,
    /// The path, which names the object. Queries and bodies stay out of the
    /// log, since they hold what users configure.
    resource: String,
    number: u32,
    /// By how much its signature is dated otherwise than our clock says.
    correction: i64,
    started: Instant,
    told: AtomicBool,
}

impl Storable for Attempt {
    type Storer = StoreReplace<Self>;
}

impl Attempt {
    fn new(
        context: &BeforeTransmitInterceptorContextMut<'_>,
        cfg: &ConfigBag,
        correction: i64,
        stop: Option<CancellationToken>,
    ) -> Self {
        let metadata = cfg.load::<Metadata>();
        let uri = context.request().uri().parse::<http::Uri>().unwrap_or_default();
        let number = attempts(cfg);
        Self {
            service: metadata.map(Metadata::service).unwrap_or_default().to_owned(),
            operation: Operation {
                name: metadata.map(Metadata::name).unwrap_or_default().to_owned(),
                host: uri.authority().map(ToString::to_string).unwrap_or_default(),
                was_sent: number > 1,
                stop,
            },
            resource: uri.path().to_owned(),
            number,
            correction,
            started: Instant::now(),
            told: AtomicBool::new(false),
        }
    }

    /// Writes the one line of this attempt.
    fn tell(&self, reply: Option<&HttpResponse>, failed: bool, abandoned: bool) {
        if self.told.swap(true, Ordering::Relaxed) {
            return;
        }
        let milliseconds = self.started.elapsed().as_millis();
        tracing::debug!(
            service = self.service,
            operation = self.operation.name,
            resource = self.resource,
            request_id = reply.and_then(request_id).unwrap_or_default(),
            attempt = self.number,
            status = reply.map_or(0, |reply| reply.status().as_u16()),
            duration_ms = u64::try_from(milliseconds).unwrap_or(u64::MAX),
            failed,
            abandoned,
            "AWS call"
        );
    }
}

/// The number of the attempt, from 1.
fn attempts(cfg: &ConfigBag) -> u32 {
    cfg.load::<RequestAttempts>().map_or(0, RequestAttempts::attempts)
}

/// A call that nobody waits for any more, because another one has failed or
/// Terraform was stopped, is one line as well.
impl Drop for Attempt {
    fn drop(&mut self) {
        self.tell(None, true, true);
    }
}

impl Intercept for Observer {
    fn name(&self) -> &'static str {
        "cleanrooms_observer"
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let metadata = cfg.load::<Metadata>().ok_or("an operation has a name")?;
        let asked = Asked::new(metadata, context.request());
        cfg.interceptor_state().store_put(asked);
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match &self.stop {
            Some(stop) if stop.is_cancelled() => {
                Err(Stopped { was_sent: attempts(cfg) > 1 }.into())
            }
            _ => Ok(()),
        }
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let attempt = Attempt::new(context, cfg, self.clock.correction(), self.stop.clone());
        context.request_mut().add_extension(attempt.operation.clone());
        cfg.interceptor_state().store_put(attempt);
        if cfg.load::<Asked>().is_some_and(Asked::only_looks) {
            context.request_mut().add_extension(OnlyLooks);
        }
        // The header is not part of the signature.
        let headers = context.request_mut().headers_mut();
        let sdk = headers.get("user-agent").unwrap_or_default();
        let both = format!("{} {sdk}", self.user_agent);
        headers.try_insert("user-agent", both)?;
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if request_id(context.response()).is_some() {
            self.clock.learn(context.response());
        }
        let correction = cfg.load::<Attempt>().map_or(0, |attempt| attempt.correction);
        if self.clock.was_wrong_with(correction) {
            context.response_mut().add_extension(DatedWrong);
        }
        let status = context.response().status().as_u16();
        if let Some(attempt) = cfg.load::<Attempt>()
            && status >= 400
            && is_throttling(error_code(context.response()).as_deref(), status)
        {
            self.pace.throttled(&attempt.operation);
        }
        let asked = cfg.load::<Asked>().ok_or("an operation was serialised")?;
        asked.judge(context.response()).map_err(|misread| misread.on_attempt(attempts(cfg)).into())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(attempt) = cfg.load::<Attempt>() {
            let failed = matches!(context.output_or_error(), Some(Err(_)));
            attempt.tell(context.response(), failed, false);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_names_the_product_and_terraform() {
        let config = ProviderConfig {
            terraform_version: Some("1.15.0".to_owned()),
            user_agent: vec!["pipeline/7".to_owned()],
            ..ProviderConfig::default()
        };
        let expected = format!("{PRODUCT} Terraform/1.15.0 pipeline/7");
        assert!(user_agent(&config).starts_with(&expected));
    }
}
