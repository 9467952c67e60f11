//! One thing that its arguments name: what members see of a collaboration that no resource manages.

use std::marker::PhantomData;

use super::aws::AwsError;
use super::client::{Client, Reading};
use super::listing::{region_argument, required, unseen};
use super::shapes::ids::uuid;
use super::shapes::region::region as region_name;
use crate::framework::codec::{Codec, ObjectCodec, object};
use crate::framework::page::Need;
use crate::framework::row::{Row, field};
use crate::framework::schema::Attribute;
use crate::framework::{Context, DataSchema, DataSource, Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// What is looked at by arguments that all must be given.
pub trait View: Send + Sync + Sized + 'static {
    /// The data source's name in a configuration.
    const TYPE_NAME: &'static str;
    /// What it is called in a message, before what names it.
    const NOUN: &'static str;
    /// The argument that names it: at fault where there is no such thing.
    const NAMED_BY: &'static str;
    /// What the data source is, for its page.
    const ABOUT: &'static str;
    /// The IAM actions that a look needs.
    const LOOKS: &'static [Need];
    /// What the service says of it.
    type Item: Send + Sync + 'static;

    /// What must be given.
    fn arguments() -> Vec<Attribute>;

    /// What is shown besides.
    fn rows() -> Vec<Row<(), (), Self::Item>>;

    /// Looks.
    fn get(
        at: &Reading<'_>,
        config: &Value,
    ) -> impl Future<Output = Result<Self::Item, AwsError>> + Send;

    /// What is told where it was not to be had and something more helpful than the error can be said.
    fn explain(
        _at: &Reading<'_>,
        _config: &Value,
        _err: &AwsError,
    ) -> impl Future<Output = Option<Diagnostic>> + Send {
        async { None }
    }
}

/// The data source of a view.
pub struct Seen<V>(PhantomData<V>);

/// What was found, and where.
pub struct Found<T> {
    region: String,
    item: T,
}

impl<V: View> DataSource for Seen<V> {
    const TYPE_NAME: &'static str = V::TYPE_NAME;
    type Client = Client;
    type Found = Found<V::Item>;

    fn needs() -> Vec<Need> {
        V::LOOKS.to_vec()
    }

    fn schema() -> DataSchema<Self::Found> {
        let region = field("region", region_name())
            .computed()
            .read(|it: &Self::Found| Some(it.region.clone()));
        let schema = DataSchema::new(V::ABOUT).given(V::arguments());
        let schema = schema.with(region).given([region_argument()]);
        let of_item = |row: Row<(), (), V::Item>| row.within(|it: &Self::Found| &it.item);
        V::rows().into_iter().map(of_item).fold(schema, DataSchema::with)
    }

    async fn read(cx: &Context<'_, Client>, config: &Value) -> Result<Self::Found, Diagnostics> {
        let what = format!("read {} {}", V::NOUN, text(config, V::NAMED_BY));
        let path = AttributePath::of(V::NAMED_BY);
        let untold = |err: AwsError| unseen(&what, &err, V::arguments(), config, Some(&path));
        let at = cx.client.reading(config, &cx.stop).await.map_err(untold)?;
        match at.look(Box::pin(V::get(&at, config))).await {
            Ok(item) => Ok(Found { region: at.region, item }),
            Err(err) => Err(match V::explain(&at, config, &err).await {
                Some(explained) => explained.into(),
                None => untold(err),
            }),
        }
    }
}

/// An argument's text; empty where there is none.
pub fn text<'a>(config: &'a Value, name: &str) -> &'a str {
    config.get(name).as_str().unwrap_or_default()
}

/// In which collaboration something is looked for.
pub fn collaboration_id() -> Attribute {
    required("collaboration_id", &uuid(), "The id of the collaboration.")
}

/// An object that is only looked at.
pub fn shown<T: 'static>(rows: impl IntoIterator<Item = Row<(), (), T>>) -> Codec<(), T> {
    rows_of(rows).single()
}

/// The same, to be held in a collection.
pub fn rows_of<T: 'static>(
    rows: impl IntoIterator<Item = Row<(), (), T>>,
) -> ObjectCodec<(), (), T> {
    rows.into_iter().fold(object(Ok::<(), String>), ObjectCodec::with)
}
