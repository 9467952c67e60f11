//! A run as an object: how the layer of objects asks is answered alike for queries and jobs.

use aws_sdk_cleanrooms::Client as Sdk;
use tokio::time::Instant;

use super::{Analysis, Ran, TIMEOUTS};
use super::{act, acts, destroy, explain, gather, is_busy, made, plan, plan_destroy, rows};
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::{Changing, Client, Reading};
use crate::cleanrooms::key::{Key, Located};
use crate::cleanrooms::kind::Kind;
use crate::cleanrooms::object::{Candidate, Facts, Object, Of, Unread};
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Change, Context, Diagnostic, Diagnostics, ResourceSchema};
use crate::wire::Value;

impl<A: Analysis> Object for Ran<A> {
    const KIND: Kind = A::KIND;
    type Create = A::Start;
    type Update = ();
    type Item = A::Item;

    const TIMEOUTS: [&'static str; 2] = TIMEOUTS;
    const IS_HISTORY: bool = true;
    const READS: &'static [Need] = A::READS;
    const WRITES: &'static [Need] = A::WRITES;

    fn rows() -> ResourceSchema<Of<Self>> {
        A::rows()
    }

    fn facts(item: &A::Item) -> Facts {
        A::facts(item)
    }

    async fn create(sdk: &Sdk, input: A::Start) -> Result<A::Item, AwsError> {
        A::start(sdk, input).await
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<A::Item, AwsError> {
        A::get(at, key).await
    }

    /// There is nothing to send: no row is updated by a call, for what was started is fixed.
    async fn update(_sdk: &Sdk, _key: &Key, (): ()) -> Result<(), AwsError> {
        Ok(())
    }

    /// What was run cannot be deleted; what runs can be cancelled.
    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        A::cancel(sdk, key).await
    }

    /// Starts of the same in one membership take turns.
    fn name(planned: &Value) -> String {
        rows::name(planned)
    }

    /// The list does not tell what is run: what was started since is compared one by one.
    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        A::all(at, planned.get("membership_id").as_str().unwrap_or_default()).await
    }

    async fn gather(
        cx: &Context<'_, Client>,
        at: &Reading<'_>,
        located: &Located,
        _state: &Value,
    ) -> Result<A::Item, Unread> {
        gather::<A>(cx, at, located).await
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        A::validate(config, diagnostics);
    }

    fn plan(planned: &mut Plan<'_>, _client: Option<&Client>, private: &mut Private) {
        plan::<A>(planned, private);
    }

    fn plan_destroy(
        prior: &Value,
        _client: Option<&Client>,
        _private: &mut Private,
        diagnostics: &mut Diagnostics,
    ) {
        plan_destroy::<A>(prior, diagnostics);
    }

    fn creating() -> String {
        format!("start the {}", A::KIND.noun)
    }

    fn create_operation() -> String {
        A::KIND.create_operation().replacen("Create", "Start", 1)
    }

    fn deleting(id: &str) -> String {
        format!("cancel {} {id}", A::KIND.noun)
    }

    async fn made(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        planned: &Value,
        item: &A::Item,
        started: Instant,
    ) {
        made::<A>(cx, at, planned, item, started).await;
    }

    fn is_busy(err: &AwsError) -> bool {
        is_busy(err)
    }

    fn explain(_client: &Client, _planned: &Value, err: &AwsError) -> Option<Diagnostic> {
        explain::<A>(err)
    }

    fn acts(change: Change<'_>) -> bool {
        acts(change)
    }

    async fn act(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        located: &Located,
        change: Change<'_>,
    ) -> Result<(), Diagnostics> {
        act::<A>(cx, at, located, change).await
    }

    async fn destroy(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        located: &Located,
        state: &Value,
    ) -> Option<Result<(), Diagnostics>> {
        Some(destroy::<A>(cx, at, located, state).await)
    }
}
