//! What the service lists of a kind, as a data source: all entries by their ids, or those that are asked for.
//!
//! A list is read to its end, and narrowed here: the service knows few filters,
//! and who asks for a name must not get another one. The entries are a map, so
//! that nothing churns when the service answers in another order.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::aws::AwsError;
use super::client::{Client, Reading};
use super::error::failed_fields;
use super::object::{Object, Of};
use super::shapes::region::region as region_name;
use crate::framework::codec::{Codec, set_of, string};
use crate::framework::page::Need;
use crate::framework::row::{Row, field};
use crate::framework::schema::{Attribute, Kind, Mode, Nesting, Schema};
use crate::framework::{Context, DataSchema, DataSource, Diagnostic, Diagnostics, Resource};
use crate::wire::{AttributePath, Value};

/// What the service lists of a kind.
pub trait Listing: Send + Sync + Sized + 'static {
    /// The data source's name in a configuration.
    const TYPE_NAME: &'static str;
    /// What the entries are, in the plural: the attribute that holds them.
    const ENTRIES: &'static str;
    /// By what entries are told apart: an attribute of each.
    const KEY: &'static str = "id";
    /// What the data source is, for its page.
    const ABOUT: &'static str;
    /// The IAM actions that the list needs.
    const LOOKS: &'static [Need];
    /// What the service says of one.
    type Entry: Send + Sync + 'static;

    /// Arguments by which [`Self::list`] narrows: entries show no attribute of the same name.
    const NARROWED: &'static [&'static str] = &[];

    /// What must be given, and what narrows the list: entries that have another value are left out.
    fn arguments() -> Vec<Attribute>;

    /// What is shown of an entry.
    fn entry() -> Codec<(), Self::Entry>;

    /// Reads the list to its end. The filters that the service has may go with it.
    fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> impl Future<Output = Result<Vec<Self::Entry>, AwsError>> + Send;
}

/// Entries as they are shown, by their keys.
pub type Entries = BTreeMap<String, Value>;

/// A text that entries show.
pub fn told<E: 'static>(name: &'static str, read: fn(&E) -> String) -> Row<(), (), E> {
    field(name, string()).computed().read(move |it: &E| Some(read(it))).into()
}

/// The entries that are asked for.
///
/// # Errors
///
/// The list was not read to its end.
pub async fn entries<L: Listing>(at: &Reading<'_>, config: &Value) -> Result<Entries, AwsError> {
    let (arguments, codec) = (L::arguments(), L::entry());
    let listed = at.look(Box::pin(L::list(at, config))).await?;
    let shown = listed.iter().map(|entry| codec.encode(entry));
    let asked_for = shown.filter(|entry| arguments.iter().all(|it| matches(it, config, entry)));
    let keyed = asked_for.filter_map(|entry| Some((entry.get(L::KEY).as_str()?.to_owned(), entry)));
    Ok(keyed.collect())
}

/// Whether an entry has the value that an argument asks for; what entries do not show is no filter.
fn matches(argument: &Attribute, config: &Value, entry: &Value) -> bool {
    let wanted = config.get(argument.name);
    let is_shown = entry.as_object().is_some_and(|entry| entry.contains_key(argument.name));
    let has = entry.get(argument.name);
    wanted.is_null()
        || !is_shown
        || wanted == has
        || argument.equivalent.is_some_and(|same| same(wanted, has))
}

/// An argument of a list or a look-up.
pub fn argument<I: 'static, O: 'static>(
    name: &'static str,
    codec: &Codec<I, O>,
    description: &str,
) -> Attribute {
    Attribute::new(name, codec.kind.clone(), codec.validators.clone()).argument(description)
}

/// An argument that must be given: in what the list lies.
pub fn required<I: 'static, O: 'static>(
    name: &'static str,
    codec: &Codec<I, O>,
    description: &str,
) -> Attribute {
    Attribute { mode: Mode::Required, ..argument(name, codec, description) }
}

/// The argument by which a resource's attribute is asked for, with the same checks.
pub fn filter<O: Object>(name: &str, description: &str) -> Option<Attribute> {
    let schema = Of::<O>::schema();
    schema.schema().attribute(name).map(|attribute| attribute.argument(description))
}

/// The argument that says where to look.
pub fn region_argument() -> Attribute {
    argument("region", &region_name(), "The Region that is asked: the provider's when left out.")
}

/// Gives attributes without a description that of the resource's attribute of the same name.
#[must_use]
pub fn described_by<O: Object, E>(mut codec: Codec<(), E>) -> Codec<(), E> {
    let schema = Of::<O>::schema();
    if let Kind::Nested(_, attributes) = &mut codec.kind {
        for attribute in attributes.iter_mut().filter(|it| it.description.is_empty()) {
            let known = schema.schema().attribute(attribute.name);
            attribute.description = known.map(|it| it.viewed().description).unwrap_or_default();
        }
    }
    codec
}

/// The data source of a list.
pub struct Plural<L>(PhantomData<L>);

/// A list that was read, and where.
pub struct Listed {
    region: String,
    entries: Entries,
}

impl<L: Listing> DataSource for Plural<L> {
    const TYPE_NAME: &'static str = L::TYPE_NAME;
    type Client = Client;
    type Found = Listed;

    fn needs() -> Vec<Need> {
        L::LOOKS.to_vec()
    }

    fn schema() -> DataSchema<Listed> {
        let what = L::ENTRIES.replace('_', " ");
        let (key, keys) = key_names::<L>();
        let Kind::Nested(_, attributes) = L::entry().kind else {
            unreachable!("an entry is an object")
        };
        DataSchema::new(L::ABOUT)
            .given(L::arguments())
            .with(
                field("region", region_name())
                    .computed()
                    .read(|listed: &Listed| Some(listed.region.clone())),
            )
            .given([region_argument()])
            .with(
                field(keys, set_of(string()))
                    .computed()
                    .doc(&format!("The {key}s of the {what}."))
                    .read(|listed: &Listed| Some(listed.entries.keys().cloned().collect())),
            )
            .with(
                field(L::ENTRIES, shown(Kind::Nested(Nesting::Map, attributes)))
                    .computed()
                    .doc(&format!("The {what} by {key}."))
                    .read(|listed: &Listed| Some(listed.entries.clone())),
            )
    }

    async fn read(cx: &Context<'_, Client>, config: &Value) -> Result<Listed, Diagnostics> {
        let untold = |err: AwsError| untold::<L>(config, &err);
        let at = cx.client.reading(config, &cx.stop).await.map_err(untold)?;
        let entries = entries::<L>(&at, config).await.map_err(untold)?;
        Ok(Listed { region: at.region, entries })
    }
}

/// By what entries are told apart: in words, and the attribute that holds all of these.
fn key_names<L: Listing>() -> (&'static str, &'static str) {
    match L::KEY {
        "account_id" => ("account id", "account_ids"),
        "name" => ("name", "names"),
        _ => ("id", "ids"),
    }
}

/// Entries that have become values already.
fn shown(kind: Kind) -> Codec<(), Entries> {
    Codec::new(
        kind,
        |_, path| Err(Diagnostic::bug(format!("{path} is not ours to set"))),
        |entries: &Entries| Value::Map(entries.clone()),
    )
}

/// The error for a list that was not read, at the argument that says in what it lies.
pub fn untold<L: Listing>(config: &Value, err: &AwsError) -> Diagnostics {
    let arguments = L::arguments();
    let parent = arguments.iter().find(|argument| argument.mode == Mode::Required);
    let parent = parent.map(|argument| AttributePath::of(argument.name));
    let what = format!("list the {}", L::ENTRIES.replace('_', " "));
    unseen(&what, err, arguments, config, parent.as_ref())
}

/// The error of a look: each field at its argument, and what may be gone at the one that names it.
pub fn unseen(
    what: &str,
    err: &AwsError,
    arguments: Vec<Attribute>,
    config: &Value,
    named_by: Option<&AttributePath>,
) -> Diagnostics {
    let schema = Schema { attributes: arguments, ..Schema::default() };
    let is_of_members = schema.attributes.iter().any(|it| it.name == "collaboration_id");
    let told = failed_fields(what, err, &schema, config).into_iter().map(|mut diagnostic| {
        if is_of_members && err.may_mean_gone() {
            diagnostic.detail.push_str(
                " A member that has left or was removed sees nothing of a collaboration any more; \
                 `terraform destroy -refresh=false` destroys without this look.",
            );
        }
        diagnostic
    });
    told.map(|diagnostic| match (&diagnostic.path, named_by) {
        (None, Some(path)) if err.may_mean_gone() => diagnostic.at(path.clone()),
        _ => diagnostic,
    })
    .collect()
}
