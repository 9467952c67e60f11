//! Refresh and import.

use super::{Failed, Kind, Object, Run, lock};
use crate::managed::StateResponse;
use crate::testing::program::{Declared, Imported};
use crate::testing::state::Place;
use crate::{Diagnostics, ImportTarget, Provider};
use wire::Value;

impl<P: Provider> Run<'_, P> {
    /// Reads an object, and stores what it is now.
    pub(super) async fn refresh(
        &self,
        place: &Place,
        type_name: &str,
        provider: &str,
        prior: Option<Object>,
    ) -> Result<Option<Object>, Failed> {
        let Some(prior) = prior else { return Ok(None) };
        let before = prior.value.clone();
        let tainted = prior.tainted;
        let kind = self.kind(type_name);
        let read = self.read(&kind, provider, Some(&place.address), prior).await?;
        let now = read.as_ref().map_or(Value::Null, |object| object.value.clone());
        if now != before {
            lock(&self.drift).insert(place.clone(), (before, now));
        }
        let read = read.map(|object| Object { tainted, ..object });
        self.store(place, read.as_ref(), type_name, provider)?;
        Ok(read)
    }

    pub(super) async fn read(
        &self,
        kind: &Kind<P::Client>,
        provider: &str,
        address: Option<&str>,
        prior: Object,
    ) -> Result<Option<Object>, Failed> {
        let Kind::Managed(resource) = kind else { return Ok(Some(prior)) };
        let configured = self.configured(provider)?;
        let prior = StateResponse {
            state: prior.value,
            private: prior.private,
            identity: prior.identity,
            diagnostics: Diagnostics::new(),
        };
        let reading = resource.read(&configured, self.stop.clone(), prior);
        let mut read = self.acting(resource.type_name()).during(reading).await;
        self.tell(address, std::mem::take(&mut read.diagnostics))?;
        let address = address.unwrap_or_default();
        if !read.state.is_wholly_known() {
            return self.refuse(
                address,
                "Provider produced invalid object",
                "unknown after a read",
            );
        }
        Ok(self.object(kind, address, read)?.filter(|object| !object.value.is_null()))
    }

    /// Imports what an import block names for this instance.
    pub(super) async fn import_by_block(
        &self,
        declared: &Declared,
    ) -> Result<Option<Object>, Failed> {
        let imports = &self.program.imports;
        let Some(import) = imports.iter().find(|import| import.to == declared.address) else {
            return Ok(None);
        };
        let target = match &import.what {
            Imported::Id(id) => ImportTarget::Id(id),
            Imported::Identity(identity) => ImportTarget::Identity(identity),
        };
        self.imported(declared, target).await.map(Some)
    }

    pub(in crate::testing) async fn import_by_command(&self, address: &str, id: &str) {
        let Some(declared) = self.program.instance(address) else {
            let _: Result<(), _> =
                self.refuse(address, "resource address does not exist in the configuration", "");
            return;
        };
        if lock(&self.state).get(address).is_some() {
            let _: Result<(), _> =
                self.refuse(address, "Resource already managed by Terraform", "");
            return;
        }
        // Its errors have been told.
        let _ = self.imported(declared, ImportTarget::Id(id)).await;
    }

    /// Finds an object, reads it, and stores it.
    pub(super) async fn imported(
        &self,
        declared: &Declared,
        target: ImportTarget<'_>,
    ) -> Result<Object, Failed> {
        let (kind, _) = self.kind_and_type(&declared.type_name);
        let Kind::Managed(resource) = &kind else {
            return self.refuse(&declared.address, "terraform_data cannot be imported", "");
        };
        let address = &declared.address;
        let configured = self.configured(&declared.provider)?;
        let mut found = match resource.import(&configured, target) {
            Ok(found) => found,
            Err(wrong) => {
                self.tell(None, wrong.into())?;
                return Err(Failed);
            }
        };
        self.tell(None, std::mem::take(&mut found.diagnostics))?;
        let Some(found) = self.object(&kind, address, found)? else { return Err(Failed) };
        let Some(read) = self.read(&kind, &declared.provider, None, found).await? else {
            return self.refuse(address, "Cannot import non-existent remote object", "");
        };
        let place = Place::current(address);
        self.store(&place, Some(&read), &declared.type_name, &declared.provider)?;
        Ok(read)
    }
}
