//! Data sources: what is looked up, and never changed.
//!
//! A data source says what its attributes are and makes the calls, like a
//! resource; often its rows are those of a resource, looked at. Core asks at
//! every plan, remembers nothing, and takes whatever comes back for the truth:
//! so a read gives the whole answer or an error.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, LazyLock, OnceLock};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::page::Need;
use super::private::Private;
use super::provider::Configured;
use super::resource::{Context, Resource, ResourceSchema};
use super::row::Row;
use super::schema::{Attribute, Kind, Mode, Schema};
use super::validators::validate_config;
use wire::Value;

/// Something that is looked up.
pub trait DataSource: Send + Sync + Sized + 'static {
    /// The type's name in a configuration.
    const TYPE_NAME: &'static str;
    /// What the configured provider hands to it.
    type Client: Send + Sync + 'static;
    /// What a read gives.
    type Found: Send + Sync + 'static;

    /// The arguments and attributes, one row each.
    fn schema() -> DataSchema<Self::Found>;

    /// What the service must allow.
    fn needs() -> Vec<Need> {
        Vec::new()
    }

    /// Checks that rows cannot express, silent on unknown values.
    fn validate(_config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Looks. `config` is wholly known.
    ///
    /// # Errors
    ///
    /// There is no such thing, or the service did not tell all of it.
    fn read(
        cx: &Context<'_, Self::Client>,
        config: &Value,
    ) -> impl Future<Output = Result<Self::Found, Diagnostics>> + Send;
}

/// A data source's schema, and where an answer `F` holds its attributes.
pub struct DataSchema<F> {
    description: String,
    rows: Vec<Row<(), (), F>>,
}

impl<F: 'static> DataSchema<F> {
    /// A schema without attributes yet.
    pub fn new(description: &str) -> Self {
        Self { description: description.to_owned(), rows: Vec::new() }
    }

    /// The attributes of a resource where they are only looked at, without those that exist in
    /// Terraform alone.
    pub fn of<R: Resource<Remote = F>>(description: &str, resource: &ResourceSchema<R>) -> Self {
        resource.rows().iter().filter_map(Row::viewed).fold(Self::new(description), Self::with)
    }

    /// The schema with one more attribute; one of the same name gives way to it.
    #[must_use]
    pub fn with(mut self, row: impl Into<Row<(), (), F>>) -> Self {
        let row = row.into();
        match self.rows.iter_mut().find(|other| other.attribute.name == row.attribute.name) {
            Some(other) => *other = row,
            None => self.rows.push(row),
        }
        self
    }

    /// The schema without these attributes.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.rows.retain(|row| !names.contains(&row.attribute.name));
        self
    }

    /// The schema in which these may be given as well. What no answer holds is an argument alone.
    #[must_use]
    pub fn given(mut self, arguments: impl IntoIterator<Item = Attribute>) -> Self {
        for argument in arguments {
            let row = self.rows.iter_mut().find(|row| row.attribute.name == argument.name);
            match row.filter(|row| row.is_read() && argument.mode != Mode::Required) {
                Some(row) => {
                    row.attribute = Attribute { mode: Mode::OptionalComputed, ..argument };
                }
                None => self = self.with(Row::given(argument)),
            }
        }
        self
    }

    /// What Terraform sees.
    pub fn schema(&self) -> Schema {
        Schema {
            description: self.description.clone(),
            attributes: self.rows.iter().map(|row| row.attribute.clone()).collect(),
            ..Schema::default()
        }
    }

    /// The state: what was given, as it was spelled, and the answer for all else.
    ///
    /// Core does not check that arguments come back as they are, but what refers
    /// to them gets what stands here.
    pub fn state(&self, config: &Value, found: &F) -> Value {
        Value::object(self.rows.iter().map(|row| {
            let given = config.get(row.attribute.name);
            let is_given = row.attribute.mode.is_configurable() && !given.is_null();
            (row.attribute.name, if is_given { given.clone() } else { row.state(found) })
        }))
    }

    /// The mistakes in the schema and its mappings.
    fn mistakes(&self) -> Vec<String> {
        let mut mistakes: Vec<_> = self.schema().check().iter().map(ToString::to_string).collect();
        for row in &self.rows {
            let Attribute { name, mode, kind, .. } = &row.attribute;
            if mode.is_computed() != row.is_read() {
                mistakes.push(format!("{name}: exactly what is computed is read"));
            }
            if *mode == Mode::Computed && !is_wholly_computed(kind) {
                mistakes.push(format!("{name}: nothing inside it can be given"));
            }
        }
        mistakes
    }
}

fn is_wholly_computed(kind: &Kind) -> bool {
    let Kind::Nested(_, attributes) = kind else { return true };
    let is_computed = |it: &Attribute| it.mode == Mode::Computed && is_wholly_computed(&it.kind);
    attributes.iter().all(is_computed)
}

/// State after a read of a data source.
#[derive(Debug, Default)]
pub struct Looked {
    /// What there is; null after an error.
    pub state: Value,
    /// What the user is told.
    pub diagnostics: Diagnostics,
}

/// A data source whose SDK types are out of sight, so that the server can hold all of them.
#[async_trait]
pub trait AnyDataSource<C>: Send + Sync {
    /// The type's name in a configuration.
    fn type_name(&self) -> &'static str;
    /// What Terraform sees.
    fn schema(&self) -> &Schema;
    /// What the service must allow.
    fn needs(&self) -> Vec<Need> {
        Vec::new()
    }
    /// The mistakes in the schema and its mappings; none, or a test fails.
    fn mistakes(&self) -> Vec<String>;
    /// Checks a configuration without any call.
    fn validate(&self, config: &Value) -> Diagnostics;
    /// Looks; `config` is wholly known.
    async fn read(
        &self,
        provider: &Configured<C>,
        stop: CancellationToken,
        config: &Value,
    ) -> Looked;
}

/// The framework's part of every data source `D`.
pub struct Data<D: DataSource> {
    rows: LazyLock<DataSchema<D::Found>>,
    schema: OnceLock<Schema>,
    source: PhantomData<D>,
}

impl<D: DataSource> Data<D> {
    /// The data source, ready for the server.
    pub fn shared() -> Arc<dyn AnyDataSource<D::Client>> {
        Arc::new(Self {
            rows: LazyLock::new(D::schema),
            schema: OnceLock::new(),
            source: PhantomData,
        })
    }
}

#[async_trait]
impl<D: DataSource> AnyDataSource<D::Client> for Data<D> {
    fn type_name(&self) -> &'static str {
        D::TYPE_NAME
    }

    fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| self.rows.schema())
    }

    fn needs(&self) -> Vec<Need> {
        D::needs()
    }

    fn mistakes(&self) -> Vec<String> {
        self.rows.mistakes()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = validate_config(self.schema(), config);
        D::validate(config, &mut diagnostics);
        diagnostics
    }

    async fn read(
        &self,
        provider: &Configured<D::Client>,
        stop: CancellationToken,
        config: &Value,
    ) -> Looked {
        if let Some(unknown) = &provider.unknown {
            let diagnostics = not_yet(&format_args!("data.{}", D::TYPE_NAME), unknown).into();
            return Looked { diagnostics, ..Looked::default() };
        }
        let cx = Context::new(&provider.client, stop, Private::default());
        let found = D::read(&cx, config).await;
        let (mut diagnostics, _) = cx.finish();
        let state = match found {
            Ok(found) => self.rows.state(config, &found),
            Err(errors) => {
                diagnostics.extend(errors);
                Value::Null
            }
        };
        Looked { state, diagnostics }
    }
}

/// The error where the provider is not configured well enough to look.
///
/// With other credentials or in another Region than it will have, it would tell
/// of something else.
pub(super) fn not_yet(what: &dyn fmt::Display, unknown: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Cannot read {what} yet"),
        format!(
            "The provider's {unknown} is not known before other resources are applied. Apply these \
             first (`-target`), or give the provider a value that is known."
        ),
    )
}

#[cfg(test)]
mod tests;
