//! What is seen of each call: a log line, the server's clock, our name.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef,
    FinalizerInterceptorContextRef,
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

/// When the present attempt began.
#[derive(Debug)]
struct Started(Instant);

impl Storable for Started {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Observer {
    fn name(&self) -> &'static str {
        "cleanrooms_observer"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state().store_put(Started(Instant::now()));
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
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
        if tracing::enabled!(tracing::Level::DEBUG) {
            log(context, cfg);
        }
        Ok(())
    }
}

/// One line an attempt. The path names the object; queries and bodies stay out,
/// since they hold what users configure.
fn log(context: &FinalizerInterceptorContextRef<'_>, cfg: &ConfigBag) {
    let metadata = cfg.load::<Metadata>();
    let path = context.request().and_then(|request| request.uri().parse::<http::Uri>().ok());
    let failed = matches!(context.output_or_error(), Some(Err(_)));
    tracing::debug!(
        service = metadata.map(Metadata::service).unwrap_or_default(),
        operation = metadata.map(Metadata::name).unwrap_or_default(),
        resource = path.as_ref().map(http::Uri::path).unwrap_or_default(),
        request_id = context.response().and_then(request_id).unwrap_or_default(),
        attempt = cfg.load::<RequestAttempts>().map_or(0, RequestAttempts::attempts),
        status = context.response().map_or(0, |reply| reply.status().as_u16()),
        duration_ms =
            cfg.load::<Started>().map_or(0, |started| started.0.elapsed().as_millis() as u64),
        failed,
        "AWS call"
    );
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
            ..ProviderConfig::default()
        };
        assert!(user_agent(&config).starts_with(&format!("{PRODUCT} Terraform/1.15.0")));
    }
}
