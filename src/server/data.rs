//! The calls that concern one data source.

use std::sync::Arc;

use super::service::Service;
use super::{from_proto, to_proto};
use crate::framework::data::AnyDataSource;
use crate::framework::{Diagnostic, Diagnostics, Provider};
use crate::proto::tfplugin6::*;

impl<P: Provider> Service<P> {
    pub(super) fn validate_data(
        &self,
        request: &validate_data_resource_config::Request,
    ) -> Result<validate_data_resource_config::Response, Diagnostics> {
        let source = self.data_source(&request.type_name)?;
        let ty = source.schema().implied_type();
        let config = from_proto::value(request.config.as_ref(), &ty, || named(&request.type_name))?;
        let diagnostics = to_proto::diagnostics(source.validate(&config));
        Ok(validate_data_resource_config::Response { diagnostics })
    }

    pub(super) async fn read_data(
        &self,
        request: &read_data_source::Request,
    ) -> Result<read_data_source::Response, Diagnostics> {
        let source = self.data_source(&request.type_name)?;
        let ty = source.schema().implied_type();
        let what = || named(&request.type_name);
        // Core reads only once all of it is known.
        let config = from_proto::stored_value(request.config.as_ref(), &ty, what)?;
        if config.is_null() {
            return Err(from_proto::unreadable(&what(), "it is null").into());
        }
        let configured = self.configured(&request.type_name)?;
        let looked = source.read(&configured, self.provider.stop_token(), &config).await;
        if looked.diagnostics.has_error() {
            return Err(looked.diagnostics);
        }
        Ok(read_data_source::Response {
            state: Some(to_proto::value(&looked.state, &ty)?),
            diagnostics: to_proto::diagnostics(looked.diagnostics),
            deferred: None,
        })
    }

    fn data_source(
        &self,
        type_name: &str,
    ) -> Result<Arc<dyn AnyDataSource<P::Client>>, Diagnostic> {
        self.provider.data_source(type_name).ok_or_else(|| {
            Diagnostic::error(
                format!("Unknown data source {type_name:?}"),
                "This version of the provider has no such data source.",
            )
        })
    }
}

/// A configuration, as errors call it.
fn named(type_name: &str) -> String {
    format!("the configuration of data.{type_name}")
}
