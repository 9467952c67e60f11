//! Actions: what a change triggers, or `-invoke` asks for.

use std::sync::Arc;

use super::{Failed, Run, lock};
use crate::action::AnyAction;
use crate::resource::Progress;
use crate::testing::core::Action;
use crate::testing::program::Declared;
use crate::{Diagnostic, Diagnostics, Provider};
use wire::Value;

/// Whether an action comes before or after the change that triggers it.
#[derive(Clone, Copy)]
pub(super) enum When {
    Before,
    After,
}

impl<P: Provider> Run<'_, P> {
    pub(super) fn action(&self, type_name: &str) -> Arc<dyn AnyAction<P::Client>> {
        let action = self.core.actions.get(type_name);
        Arc::clone(action.unwrap_or_else(|| panic!("there is no action {type_name}")))
    }

    /// What actions have told.
    pub(in crate::testing) fn progress(&self) -> Vec<(String, String)> {
        lock(&self.progress).clone()
    }

    /// The actions that a change triggers.
    fn triggered(&self, declared: &Declared, change: Action, when: When) -> Vec<Declared> {
        let event = match (when, change) {
            (When::Before, Action::Update) => "before_update",
            (When::After, Action::Update) => "after_update",
            (When::Before, change) if change.replaces() || change == Action::Create => {
                "before_create"
            }
            (When::After, change) if change.replaces() || change == Action::Create => {
                "after_create"
            }
            _ => return Vec::new(),
        };
        let actions = declared.lifecycle.triggered(event);
        actions.iter().filter_map(|address| self.program.action(address)).cloned().collect()
    }

    /// Plans what a change triggers.
    pub(super) fn plan_triggered(&self, declared: &Declared, change: Action) -> Result<(), Failed> {
        for when in [When::Before, When::After] {
            for action in self.triggered(declared, change, when) {
                self.plan_action(&action)?;
            }
        }
        Ok(())
    }

    /// Asks about an action with what is known by now.
    pub(in crate::testing) fn plan_action(&self, declared: &Declared) -> Result<(), Failed> {
        let action = self.action(&declared.type_name);
        let config = (declared.config)(&lock(&self.scope));
        let config = self.carried(&declared.address, &config, &action.schema().implied_type())?;
        self.configured(&declared.provider)?;
        self.tell_of_action("Failed to plan action", action.validate(&config))
    }

    /// Invokes what a change triggers; the first that fails is the last.
    pub(super) async fn invoke_triggered(
        &self,
        declared: &Declared,
        change: Action,
        when: When,
    ) -> Result<(), Failed> {
        for action in self.triggered(declared, change, when) {
            self.invoke(&action).await?;
        }
        Ok(())
    }

    /// Invokes an action.
    pub(super) async fn invoke(&self, declared: &Declared) -> Result<(), Failed> {
        let action = self.action(&declared.type_name);
        let config = (declared.config)(&lock(&self.scope));
        if !config.is_wholly_known() {
            return self.refuse(&declared.address, "Partially applied configuration", "");
        }
        let config = self.carried(&declared.address, &config, &action.schema().implied_type())?;
        // Without a block, core sends null.
        let is_empty = config.as_object().is_some_and(|all| all.values().all(Value::is_null));
        let config = if is_empty { Value::Null } else { config };
        let configured = self.configured(&declared.provider)?;
        let (told, address) = (Arc::clone(&self.progress), declared.address.clone());
        let progress: Progress =
            Box::new(move |line: &str| lock(&told).push((address.clone(), line.to_owned())));
        let invoking = action.invoke(&configured, self.stop.clone(), &config, progress);
        let acting = self.acting(&format!("action.{}", declared.type_name));
        let ended = acting.during(invoking).await;
        self.tell_of_action("Error when invoking action", ended)
    }

    /// Up to Terraform 1.15 core tells what an action says as one message of its own.
    fn tell_of_action(&self, title: &str, said: Diagnostics) -> Result<(), Failed> {
        let (errors, warnings): (Vec<_>, Vec<_>) = said.into_iter().partition(Diagnostic::is_error);
        let joined = |all: &[Diagnostic]| {
            let texts = all.iter().map(|it| format!("{}: {}", it.summary, it.detail));
            texts.collect::<Vec<_>>().join("\n")
        };
        let mut told = Diagnostics::new();
        if !warnings.is_empty() {
            told.push(Diagnostic::warning("Warning when invoking action", joined(&warnings)));
        }
        if !errors.is_empty() {
            told.push(Diagnostic::error(title, joined(&errors)));
        }
        self.tell(None, told)
    }
}
