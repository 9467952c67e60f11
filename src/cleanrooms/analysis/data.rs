//! One thing that runs or has run looked at, by its membership and its id.

use std::marker::PhantomData;

use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::Key;
use crate::cleanrooms::listing::{region_argument, required};
use crate::cleanrooms::object::{Object, Of, Remote};
use crate::cleanrooms::shapes::ids::uuid;
use crate::framework::page::Need;
use crate::framework::{Context, DataSchema, DataSource, Diagnostics, Resource};
use crate::wire::{AttributePath, Value};

/// What was started in a membership, and can be looked at.
pub trait Looked: Object {
    /// What the data source is, for its page.
    const ABOUT: &'static str;
    /// The IAM actions that a look needs.
    const LOOKS: &'static [Need];
}

/// The data source of one. It never starts any.
pub struct Look<O>(PhantomData<O>);

impl<O: Looked> DataSource for Look<O> {
    const TYPE_NAME: &'static str = O::KIND.type_name;
    type Client = Client;
    type Found = Remote<O::Item>;

    fn needs() -> Vec<Need> {
        O::LOOKS.to_vec()
    }

    fn schema() -> DataSchema<Self::Found> {
        let noun = O::KIND.noun;
        DataSchema::of(O::ABOUT, Of::<O>::schema()).given([
            required("membership_id", &uuid(), "The id of the membership that has started it."),
            required("id", &uuid(), &format!("The id of the {noun}.")),
            region_argument(),
        ])
    }

    async fn read(cx: &Context<'_, Client>, config: &Value) -> Result<Self::Found, Diagnostics> {
        let text = |name: &str| config.get(name).as_str().unwrap_or_default().to_owned();
        let (membership_id, id) = (text("membership_id"), text("id"));
        let what = format!("read {} {id}", O::KIND.noun);
        let unreachable = |err: AwsError| failed(&what, &err);
        let at = cx.client.reading(config, &cx.stop).await.map_err(unreachable)?;
        let unnamed = || failed(&what, &AwsError::misread(O::create_operation(), "it has no id"));
        let key = Key::new([membership_id, id]).ok_or_else(unnamed)?;
        let told = |err: AwsError| match err.may_mean_gone() {
            true => failed(&what, &err).at(AttributePath::of("id")),
            false => failed(&what, &err),
        };
        let item = at.look(Box::pin(O::get(&at, &key))).await.map_err(told)?;
        Ok(Remote { region: at.region.clone(), item, tags: None })
    }
}
