//! What is seen of each call: a log line, the server's clock, our name.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextMut, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::date_time::Format;

use super::config::ProviderConfig;
use super::errors::request_id;
use super::tls::non_empty_variable;

/// The name that every request carries.
const PRODUCT: &str = concat!("terraform-provider-cleanrooms/", env!("CARGO_PKG_VERSION"));

/// AWS's clock, as last seen in the `Date` header of a reply.
#[derive(Debug, Default)]
pub(super) struct ServerClock {
    ahead_millis: AtomicI64,
}

impl ServerClock {
    /// The time by AWS's clock, to about a second; by ours before any reply.
    pub(super) fn now(&self) -> SystemTime {
        let ahead = self.ahead_millis.load(Ordering::Relaxed);
        let distance = Duration::from_millis(ahead.unsigned_abs());
        let here = SystemTime::now();
        if ahead < 0 { here - distance } else { here + distance }
    }

    fn learn(&self, reply: &HttpResponse) {
        let Some(date) = reply.headers().get("date") else {
            return;
        };
        let Ok(there) = DateTime::from_str(date, Format::HttpDate) else {
            return;
        };
        let (Ok(there), Ok(here)) =
            (there.to_millis(), DateTime::from(SystemTime::now()).to_millis())
        else {
            return;
        };
        self.ahead_millis.store(there - here, Ordering::Relaxed);
    }
}

/// Watches every attempt of every call.
#[derive(Clone, Debug)]
pub(super) struct Observer {
    clock: Arc<ServerClock>,
    user_agent: Arc<str>,
}

impl Observer {
    pub(super) fn new(config: &ProviderConfig, clock: Arc<ServerClock>) -> Self {
        Self { clock, user_agent: user_agent(config).into() }
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
    operation: String,
    /// The path, which names the object. Queries and bodies stay out of the
    /// log, since they hold what users configure.
    resource: String,
    number: u32,
    started: Instant,
    told: AtomicBool,
}

impl Storable for Attempt {
    type Storer = StoreReplace<Self>;
}

impl Attempt {
    fn new(context: &BeforeTransmitInterceptorContextMut<'_>, cfg: &ConfigBag) -> Self {
        let metadata = cfg.load::<Metadata>();
        let uri = context.request().uri().parse::<http::Uri>();
        Self {
            service: metadata.map(Metadata::service).unwrap_or_default().to_owned(),
            operation: metadata.map(Metadata::name).unwrap_or_default().to_owned(),
            resource: uri.map(|uri| uri.path().to_owned()).unwrap_or_default(),
            number: cfg.load::<RequestAttempts>().map_or(0, RequestAttempts::attempts),
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
            operation = self.operation,
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

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let attempt = Attempt::new(context, cfg);
        cfg.interceptor_state().store_put(attempt);
        // The header is not part of the signature.
        let headers = context.request_mut().headers_mut();
        let sdk = headers.get("user-agent").unwrap_or_default();
        let both = format!("{} {sdk}", self.user_agent);
        headers.try_insert("user-agent", both)?;
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(reply) = context.response() {
            self.clock.learn(reply);
        }
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
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    fn reply_dated(date: &'static str) -> HttpResponse {
        let status = StatusCode::try_from(200).expect("200 is a status");
        let mut reply = HttpResponse::new(status, SdkBody::empty());
        reply.headers_mut().insert("date", date);
        reply
    }

    #[test]
    fn the_clock_follows_the_date_header() {
        let clock = ServerClock::default();
        clock.learn(&reply_dated("Tue, 01 Jan 2080 00:00:00 GMT"));
        let year_2080 = SystemTime::UNIX_EPOCH + Duration::from_secs(3_471_292_800);
        let off = clock.now().duration_since(year_2080).expect("time goes on");
        assert!(off < Duration::from_secs(60), "{off:?}");
    }

    #[test]
    fn a_date_that_does_not_parse_changes_nothing() {
        let clock = ServerClock::default();
        clock.learn(&reply_dated("yesterday"));
        assert_eq!(clock.ahead_millis.load(Ordering::Relaxed), 0);
    }

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
