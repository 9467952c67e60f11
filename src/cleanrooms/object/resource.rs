//! The resource of a kind of object: what the framework asks is answered by the layer and the kind.

use aws_sdk_cleanrooms::primitives::{DateTime, DateTimeFormat};
use serde_json::Value as Json;

use super::delete::delete;
use super::page::page;
use super::parent::{ended, is_undecided, moves_with_parent, plan_for_parent, relocates};
use super::read::read;
use super::relocate::relocate;
use super::rows::with_common_rows;
use super::update::change_in_place;
use super::{Object, Of, Remote, known_as, target, twice};
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::{self, Located};
use crate::cleanrooms::{adopt, ended, environment, origins, region, tags};
use crate::framework::identity::IdentitySchema;
use crate::framework::moving::Origins;
use crate::framework::page::Page;
use crate::framework::plan::{Plan, filled};
use crate::framework::private::Private;
use crate::framework::{
    Change, Context, Diagnostic, Diagnostics, Found, ImportTarget, Resource, ResourceSchema,
};
use crate::wire::Value;

/// A note of a plan: whether the user was told what a replacement costs. The destroying half of one
/// finds it; a plain destruction does not.
const TOLD: &str = "told";

impl<O: Object> Resource for Of<O> {
    const TYPE_NAME: &'static str = O::KIND.type_name;
    type Client = Client;
    type Create = O::Create;
    type Update = O::Update;
    type Remote = Remote<O::Item>;

    fn rows() -> ResourceSchema<Self> {
        with_common_rows::<O>(O::rows())
    }

    fn identity_schema() -> IdentitySchema {
        key::identity_schema(&O::KIND)
    }

    fn identity(state: &Value) -> Option<Value> {
        key::identity(&O::KIND, state)
    }

    fn former_identity_names() -> &'static [(&'static str, &'static str)] {
        O::KIND.former_identity
    }

    fn is_of_identity(name: &str, text: &str) -> bool {
        key::is_of_identity(name, text)
    }

    fn upgrade(version: i64, state: Json) -> Result<Json, Diagnostic> {
        O::upgrade(version, state)
    }

    fn origins() -> Option<&'static Origins> {
        O::ORIGINS
    }

    fn settle(taken_over: Value) -> Result<Value, String> {
        origins::settle(&O::KIND, taken_over)
    }

    fn page() -> Page {
        page::<O>()
    }

    fn import(target: ImportTarget<'_>) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        key::import(&O::KIND, target)
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        O::validate(config, diagnostics);
    }

    fn goes_without(name: &str, value: &Value, client: Option<&Client>) -> bool {
        name == "region" && region::is_of(client, value)
    }

    fn follow_provider(plan: &mut Plan<'_>, client: Option<&Client>) {
        if O::KIND.tagged {
            tags::follow_provider(plan, client);
        }
        region::follow_provider(plan, client);
    }

    fn modify_plan(plan: &mut Plan<'_>, client: Option<&Client>, private: &mut Private) {
        let was_told = private.plan_note(TOLD) == Some(&Json::Bool(true));
        O::plan(plan, client, private);
        if plan.is_replacement() || plan.is_create() {
            private.set_plan_note(TOLD, plan.is_replacement() || was_told);
            target::note::<O>(plan, private);
        }
        if plan.is_replacement() || plan.relocates {
            plan.diagnostics.extend(O::loses(plan.prior));
        }
        if plan.is_replacement() {
            plan.diagnostics.extend(twice::destroyed::<O>(client, plan.prior));
        }
        plan_for_parent::<O>(plan, client, private);
        region::warn(plan, client, O::KIND.parent);
        tags::count(plan);
        environment::note(plan, client, private);
    }

    fn plan_destroy(
        prior: &Value,
        client: Option<&Client>,
        private: &mut Private,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(two) = twice::destroyed::<O>(client, prior) {
            diagnostics.push(two);
            return;
        }
        diagnostics.extend(O::loses(prior));
        O::plan_destroy(prior, client, private, diagnostics);
    }

    fn refuse(
        change: Change<'_>,
        client: &Client,
        private: &Private,
        diagnostics: &mut Diagnostics,
    ) {
        environment::refuse(client, private, diagnostics);
        O::refuse(change, client, private, diagnostics);
        let Change { prior, planned } = change;
        if prior.is_null() || planned.is_null() || moves_with_parent::<O>(change) {
            return;
        }
        if let Some(parent) = O::KIND.parent {
            diagnostics.extend(region::fixed_by_parent(O::KIND.noun, parent, change));
        }
        let schema = Self::schema();
        if let Some(status) = ended::<O>(prior, private)
            && ended::is_changed(schema.schema(), change)
        {
            diagnostics.push(ended::refusal(&O::KIND, prior, &status));
        }
    }

    async fn create(
        cx: &Context<'_, Client>,
        schema: &ResourceSchema<Self>,
        planned: &Value,
    ) -> Result<Remote<O::Item>, Diagnostics> {
        Box::pin(adopt::create::<O>(cx, schema, planned)).await
    }

    async fn read(
        cx: &Context<'_, Client>,
        state: &Value,
    ) -> Result<Found<Remote<O::Item>>, Diagnostics> {
        // Boxed here and below: an operation is one large future otherwise, and outgrows the stack.
        Box::pin(read::<O>(cx, state)).await
    }

    async fn update(
        cx: &Context<'_, Client>,
        schema: &ResourceSchema<Self>,
        change: Change<'_>,
    ) -> Result<Option<Remote<O::Item>>, Diagnostics> {
        if relocates(schema.schema(), change) {
            return Box::pin(relocate::<O>(cx, schema, change)).await.map(Some);
        }
        // An unknown parent has turned out to be the same, so nothing is decided anew.
        let planned = match is_undecided(schema.schema(), change) {
            true => filled(change.planned, change.prior),
            false => change.planned.clone(),
        };
        let change = Change { prior: change.prior, planned: &planned };
        Box::pin(change_in_place::<O>(cx, schema, change)).await?;
        Ok(None)
    }

    async fn delete(cx: &Context<'_, Client>, state: &Value) -> Result<(), Diagnostics> {
        let located = Located::of_state(&O::KIND, state)?;
        let what = O::deleting(&located.key.shown());
        let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
        let at = cx.client.changing(state, &cx.stop).await.map_err(one)?;
        Box::pin(target::check_noted::<O>(cx, state)).await?;
        match Box::pin(O::destroy(cx, &at, &located, state)).await {
            Some(destroyed) => destroyed,
            None => Box::pin(delete::<O>(cx, &at, &located)).await,
        }?;
        match O::IS_HISTORY {
            // It stays where it is: what replaces it may be its like, and is told from it.
            true => cx.client.remember(&known_as(&located.key, made_at(state))),
            false => cx.client.forget(&located.key.text()),
        }
        tell_what_is_lost::<O>(cx, state);
        Ok(())
    }
}

/// When an object was made, as state has it.
fn made_at(state: &Value) -> Option<DateTime> {
    DateTime::from_str(state.get("create_time").as_str()?, DateTimeFormat::DateTime).ok()
}

/// Says what is lost with an object that was destroyed to be replaced, where no plan has said it.
///
/// Of `-replace` and `replace_triggered_by` core drops the warnings, and of a taint the plan does not
/// know (protocol, e.4).
fn tell_what_is_lost<O: Object>(cx: &Context<'_, Client>, state: &Value) {
    let is_untold = cx.private().plan_note(TOLD) == Some(&Json::Bool(false));
    if let Some(lost) = O::replaced(state).filter(|_| is_untold) {
        cx.report(lost);
    }
}
