//! What `terraform query` finds of a kind: the entries of its list that this account can manage.

use std::marker::PhantomData;

use super::aws::AwsError;
use super::client::{Client, Reading};
use super::key;
use super::listing::{Entries, Listing, entries, region_argument, untold};
use super::object::{Object, Of};
use crate::framework::list::{ListResource, Listed};
use crate::framework::page::Need;
use crate::framework::schema::Attribute;
use crate::framework::{Context, Diagnostics};
use crate::wire::Value;

/// A kind of object that can be queried.
pub trait Queried: Object {
    /// Its list.
    type Among: Listing;
    /// What the list is, for its page.
    const ABOUT: &'static str;
    /// The attribute of an entry by which a person knows it.
    const CALLED: &'static str = "name";

    /// What narrows the list.
    fn arguments() -> Vec<Attribute> {
        Self::Among::arguments()
    }

    /// What is asked for where the configuration leaves something out.
    fn asked(config: &Value) -> Value {
        config.clone()
    }

    /// The entries that this account can manage.
    fn own(
        _at: &Reading<'_>,
        entries: Entries,
    ) -> impl Future<Output = Result<Entries, AwsError>> + Send {
        std::future::ready(Ok(entries))
    }
}

/// The list resource of a kind.
pub struct Query<O>(PhantomData<O>);

impl<O: Queried> ListResource for Query<O> {
    type Of = Of<O>;

    const ABOUT: &'static str = O::ABOUT;

    fn needs() -> Vec<Need> {
        <O::Among as Listing>::LOOKS.to_vec()
    }

    fn arguments() -> Vec<Attribute> {
        O::arguments().into_iter().chain([region_argument()]).collect()
    }

    async fn list(cx: &Context<'_, Client>, config: &Value) -> Result<Vec<Listed>, Diagnostics> {
        let config = O::asked(config);
        let untold = |err: AwsError| untold::<O::Among>(&config, &err);
        let at = cx.client.reading(&config, &cx.stop).await.map_err(untold)?;
        let listing = async {
            let entries = entries::<O::Among>(&at, &config).await?;
            O::own(&at, entries).await
        };
        let own = Box::pin(listing).await.map_err(untold)?;
        Ok(own.values().filter_map(|entry| listed::<O>(entry, &at.region)).collect())
    }
}

/// An entry as a query shows it; its identity is the one that a read of the object gives.
fn listed<O: Queried>(entry: &Value, region: &str) -> Option<Listed> {
    let mut state = entry.as_object()?.clone();
    state.insert("region".to_owned(), region.into());
    let display_name = entry.get(O::CALLED).as_str().unwrap_or_default().to_owned();
    Some(Listed { identity: key::identity(&O::KIND, &Value::Object(state))?, display_name })
}
