//! Data sources: read as soon as their arguments are known, in the plan or in the apply.

use super::{Failed, Run, lock};
use crate::Provider;
use crate::testing::core::Action;
use crate::testing::program::Declared;
use wire::{Value, json};

impl<P: Provider> Run<'_, P> {
    /// Reads a data source, or leaves it to the apply: while its arguments are not known, or while what
    /// it refers to is going to change.
    pub(super) async fn look(&self, declared: &Declared) -> Result<(), Failed> {
        let source = self.data_source(&declared.type_name);
        let (schema, address) = (source.schema(), &declared.address);
        let ty = schema.implied_type();
        let config = self.config(declared, &ty)?;
        self.tell(Some(address), source.validate(&config))?;
        if !config.is_wholly_known() || self.is_to_change(declared) {
            // What is given stays, and what is computed becomes known later.
            let planned = Value::object(schema.attributes.iter().map(|attribute| {
                let given = config.get(attribute.name);
                let is_open = given.is_null() && attribute.mode.is_computed();
                (attribute.name, if is_open { Value::Unknown } else { given.clone() })
            }));
            lock(&self.reads).insert(address.clone());
            lock(&self.scope).0.insert(address.clone(), planned);
            return Ok(());
        }
        let configured = self.configured(&declared.provider)?;
        let looking = source.read(&configured, self.stop.clone(), &config);
        let acting = self.acting(&format!("data.{}", source.type_name()));
        let looked = acting.during(looking).await;
        self.tell(Some(address), looked.diagnostics)?;
        if looked.state.is_null() {
            return self.refuse(address, "Provider produced null object", "");
        }
        if !looked.state.is_wholly_known() {
            return self.refuse(address, "Provider produced invalid object", "unknown");
        }
        let state = self.carried(address, &looked.state, &ty)?;
        let Ok(stored) = json::encode(&state, &ty) else {
            return self.refuse(address, "Provider produced invalid object", "");
        };
        lock(&self.state).data.insert(address.clone(), stored);
        lock(&self.scope).0.insert(address.clone(), state);
        Ok(())
    }

    /// Whether the plan changes something that the data source refers to.
    fn is_to_change(&self, declared: &Declared) -> bool {
        let changes = lock(&self.changes);
        let mut changing = changes.iter().filter(|(_, change)| change.action != Action::NoOp);
        !self.at_apply && changing.any(|(place, _)| declared.refers_to.contains(&place.address))
    }

    /// What a plan has read, as what configurations can refer to.
    pub(super) fn remember_read(&self) {
        for declared in &self.program.data {
            let ty = self.data_source(&declared.type_name).schema().implied_type();
            let stored = lock(&self.state).data.get(&declared.address).cloned();
            if let Some(Ok(value)) = stored.map(|stored| json::decode(&stored, &ty)) {
                lock(&self.scope).0.insert(declared.address.clone(), value);
            }
        }
    }
}
