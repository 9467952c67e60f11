//! Actions: what is done once, when somebody asks for it, and kept in no state.
//!
//! An action says what its arguments are and does its work, with a word of
//! progress now and then. Core remembers nothing of it, repeats nothing, and
//! shows nothing by itself while it runs. Of a configuration it may show the
//! final values to nobody but the invocation, so that one checks them again.

use std::marker::PhantomData;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::page::Need;
use super::private::Private;
use super::provider::Configured;
use super::resource::{Context, Progress};
use super::row::Row;
use super::schema::{Attribute, Mode, Schema};
use super::validators::validate_config;
use wire::{AttributePath, Value};

/// Something that is done when it is asked for.
pub trait Action: Send + Sync + Sized + 'static {
    /// The type's name in a configuration.
    const TYPE_NAME: &'static str;
    /// What the configured provider hands to it.
    type Client: Send + Sync + 'static;
    /// The SDK's builder of the call that it makes.
    type Input: Default + Send;

    /// The arguments, one row each.
    fn schema() -> ActionSchema<Self::Input>;

    /// What the service must allow.
    fn needs() -> Vec<Need> {
        Vec::new()
    }

    /// Checks that rows cannot express, silent on unknown values.
    fn validate(_config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Does it. `config` is wholly known and was checked.
    ///
    /// `cx` takes words of progress. Engines print each as it is: no secret may be in one. Where it
    /// waits, the stop of `cx` ends the wait with an error that names
    /// what still runs: nothing else remembers that.
    ///
    /// # Errors
    ///
    /// It was not done, or nobody can tell. Core does not try again.
    fn invoke(
        cx: &Context<'_, Self::Client>,
        schema: &ActionSchema<Self::Input>,
        config: &Value,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// The arguments of an action, with what becomes of them.
pub struct ActionSchema<I> {
    schema: Schema,
    rows: Vec<Row<I, (), ()>>,
}

impl<I> ActionSchema<I> {
    /// A schema without arguments yet.
    pub fn new(description: &str) -> Self {
        let schema = Schema { description: description.to_owned(), ..Schema::default() };
        Self { schema, rows: Vec::new() }
    }

    /// The schema with one more argument.
    #[must_use]
    pub fn with(mut self, row: impl Into<Row<I, (), ()>>) -> Self {
        let row = row.into();
        self.schema.attributes.push(row.attribute.clone());
        self.rows.push(row);
        self
    }

    /// The schema with these arguments, which other code takes as they are.
    #[must_use]
    pub fn given(self, arguments: impl IntoIterator<Item = Attribute>) -> Self {
        arguments.into_iter().map(Row::passed_on).fold(self, Self::with)
    }

    /// What Terraform sees.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The call that a configuration asks for.
    ///
    /// # Errors
    ///
    /// A value does not fit the schema, which core has ruled out.
    pub fn input(&self, config: &Value) -> Result<I, Diagnostic>
    where
        I: Default,
    {
        let root = AttributePath::root();
        self.rows.iter().try_fold(I::default(), |input, row| row.create_input(input, config, &root))
    }

    /// The mistakes in the schema and its mappings. Core itself checks the schemas of actions for none.
    fn mistakes(&self) -> Vec<String> {
        let mut mistakes: Vec<_> = self.schema.check().iter().map(ToString::to_string).collect();
        for row in &self.rows {
            let name = row.attribute.name;
            if row.attribute.mode != Mode::Required && row.attribute.mode != Mode::Optional {
                mistakes.push(format!("{name}: nothing of an action is computed"));
            }
            if row.attribute.default.is_some() {
                mistakes.push(format!("{name}: core knows no defaults of actions"));
            }
            if !row.is_sent() {
                mistakes.push(format!("{name}: it goes nowhere"));
            }
        }
        mistakes
    }
}

/// An action whose SDK types are out of sight, so that the server can hold all of them.
#[async_trait]
pub trait AnyAction<C>: Send + Sync {
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
    /// Checks a configuration without any call; null is one of nulls.
    fn validate(&self, config: &Value) -> Diagnostics;
    /// Does it; `config` is wholly known, or null. What is told at the end.
    async fn invoke(
        &self,
        provider: &Configured<C>,
        stop: CancellationToken,
        config: &Value,
        progress: Progress,
    ) -> Diagnostics;
}

/// The framework's part of every action `A`.
pub struct Acts<A: Action> {
    schema: LazyLock<ActionSchema<A::Input>>,
    action: PhantomData<A>,
}

impl<A: Action> Acts<A> {
    /// The action, ready for the server.
    pub fn shared() -> Arc<dyn AnyAction<A::Client>> {
        Arc::new(Self { schema: LazyLock::new(A::schema), action: PhantomData })
    }

    /// A configuration in which nothing is left out. Core sends null where there is no `config` block.
    fn whole(&self, config: &Value) -> Value {
        let attributes = &self.schema.schema.attributes;
        Value::object(attributes.iter().map(|it| (it.name, config.get(it.name).clone())))
    }
}

#[async_trait]
impl<A: Action> AnyAction<A::Client> for Acts<A> {
    fn type_name(&self) -> &'static str {
        A::TYPE_NAME
    }

    fn schema(&self) -> &Schema {
        &self.schema.schema
    }

    fn needs(&self) -> Vec<Need> {
        A::needs()
    }

    fn mistakes(&self) -> Vec<String> {
        self.schema.mistakes()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let config = self.whole(config);
        let mut diagnostics = validate_config(self.schema(), &config);
        A::validate(&config, &mut diagnostics);
        diagnostics
    }

    async fn invoke(
        &self,
        provider: &Configured<A::Client>,
        stop: CancellationToken,
        config: &Value,
        progress: Progress,
    ) -> Diagnostics {
        if let Some(unknown) = &provider.unknown {
            return not_yet(A::TYPE_NAME, unknown).into();
        }
        let checked = self.validate(config);
        if checked.has_error() {
            return checked.into_iter().map(named).collect();
        }
        let progress = silent_after(stop.clone(), progress);
        let cx = Context::new(&provider.client, stop, Private::default()).with_progress(progress);
        let invoked = A::invoke(&cx, &self.schema, &self.whole(config)).await;
        let (mut diagnostics, _) = cx.finish();
        for mut error in invoked.err().into_iter().flatten() {
            if error.is_error() && !diagnostics.has_error() {
                error.detail.push_str(&once_more(A::TYPE_NAME));
            }
            diagnostics.push(error);
        }
        diagnostics.into_iter().map(named).collect()
    }
}

/// The words of progress, but for those after a stop: Terraform 1.15 takes one that comes then for the end
/// of its own loop, and crashes at the end that follows (core: `nodeActionTriggerApplyInstance`, whose
/// hooks halt by then).
fn silent_after(stop: CancellationToken, progress: Progress) -> Progress {
    Box::new(move |line| {
        if !stop.is_cancelled() {
            progress(line);
        }
    })
}

/// A diagnostic whose text names its attribute: Terraform up to 1.15 shows no path of an action's.
fn named(diagnostic: Diagnostic) -> Diagnostic {
    let Some(path) = diagnostic.path.as_ref().filter(|path| !path.is_root()) else {
        return diagnostic;
    };
    let name = format!("`{path}`");
    let is_named =
        diagnostic.detail.contains(&name) || diagnostic.summary.contains(&path.to_string());
    let detail = match is_named {
        true => diagnostic.detail.clone(),
        false => format!("{} (It is about {name}.)", diagnostic.detail),
    };
    Diagnostic { detail, ..diagnostic }
}

/// How an action is invoked again: what has triggered it is done, and triggers nothing any more.
fn once_more(type_name: &str) -> String {
    format!(
        " Nothing invokes the action again by itself; `terraform apply -invoke=action.{type_name}.<name>` \
         does."
    )
}

/// The error where the provider is not configured well enough to do anything.
fn not_yet(type_name: &str, unknown: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Cannot invoke {type_name} yet"),
        format!(
            "The provider's {unknown} is not known before other resources are applied. Apply these \
             first (`-target`), or give the provider a value that is known."
        ),
    )
}

#[cfg(test)]
mod tests;
