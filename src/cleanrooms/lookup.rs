//! One object of a kind, looked at: the rows of its resource, by its id or by what it is called.

use std::marker::PhantomData;

use super::aws::AwsError;
use super::client::{Client, Reading};
use super::error::failed;
use super::key::{Arn, Key, Located};
use super::listing::{Listing, argument, entries, region_argument, untold};
use super::object::{Object, Of, Remote, Unread};
use super::shapes::ids::uuid;
use super::tags::{self, RemoteTags};
use crate::framework::codec::string_map;
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::framework::validators::invalid;
use crate::framework::{Context, DataSchema, DataSource, Diagnostic, Diagnostics, Resource};
use crate::wire::{AttributePath, Value};

/// How many objects a message names.
const MOST_NAMED: usize = 20;

/// A kind of object of which one can be looked at.
pub trait Sought: Object {
    /// The list in which one is found that is not named by its id.
    type Among: Listing;
    /// By which arguments of that list.
    const BY: &'static [&'static str];
    /// What the data source is, for its page.
    const ABOUT: &'static str;
    /// The IAM actions that a look at one needs, but for that of tags.
    const LOOKS: &'static [Need];
    /// Whether it is another account's, whose tags the service keeps to itself; `None` where it does
    /// not tell.
    fn is_others(_item: &Self::Item) -> Option<bool> {
        Some(false)
    }

    /// What is told otherwise than by the resource.
    fn view(view: DataSchema<Remote<Self::Item>>) -> DataSchema<Remote<Self::Item>> {
        view
    }
}

/// The data source of one object.
pub struct One<O>(PhantomData<O>);

impl<O: Sought> DataSource for One<O> {
    const TYPE_NAME: &'static str = O::KIND.type_name;
    type Client = Client;
    type Found = Remote<O::Item>;

    fn needs() -> Vec<Need> {
        let tags = O::KIND.tagged.then(|| Need::always(&["cleanrooms:ListTagsForResource"]));
        let among = <O::Among as Listing>::LOOKS.iter();
        let among = among.map(|need| Need::when("where `id` is left out", need.actions));
        <O as Sought>::LOOKS.iter().copied().chain(tags).chain(among).collect()
    }

    fn schema() -> DataSchema<Self::Found> {
        let noun = O::KIND.noun;
        let of_others = match O::KIND.account() {
            Some(_) => "; null where it is another account's, which keeps them to itself",
            None => "",
        };
        let tags = field("tags", string_map())
            .computed()
            .doc(&format!("All tags of the {noun} but those that the provider ignores{of_others}."))
            .read(|r: &Self::Found| Some(r.tags.as_ref()?.all.clone().into_iter().collect()));
        let view = DataSchema::of(O::ABOUT, Of::<O>::schema());
        let view = O::view(view.without(&["tags_all"]).with(tags));
        let shown = view.schema();
        let looked_up = arguments::<O>().into_iter().map(|by| {
            let what = shown.attribute(by.name).map(|it| it.description.as_str());
            let what = what.unwrap_or_default();
            Attribute {
                description: format!("{what} May be given in place of `id`, to look for it by."),
                ..by
            }
        });
        let by = names(O::BY);
        let id = argument("id", &uuid(), &format!("The id of the {noun}. Give it, or {by}."));
        view.given(std::iter::once(id).chain(looked_up).chain([region_argument()]))
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        let is_given = |name: &&&str| {
            let value = config.get(name);
            value.is_known() && !value.is_null()
        };
        let (noun, by) = (O::KIND.noun, names(O::BY));
        let given: Vec<_> = O::BY.iter().filter(is_given).collect();
        if is_given(&&"id") {
            for name in &given {
                let detail = format!("`id` names the {noun} already: give that, or {by}.");
                diagnostics.push(invalid(&AttributePath::of(**name), detail));
            }
        } else if given.is_empty()
            && config.get("id").is_null()
            && O::BY.iter().all(|name| config.get(name).is_null())
        {
            diagnostics.push(Diagnostic::error(
                format!("Which {noun}?"),
                format!("Nothing says which {noun} is meant. Give its `id`, or {by}."),
            ));
        }
    }

    async fn read(cx: &Context<'_, Client>, config: &Value) -> Result<Self::Found, Diagnostics> {
        let noun = O::KIND.noun;
        let unreachable = |err: AwsError| failed(&format!("read the {noun}"), &err);
        let at = cx.client.reading(config, &cx.stop).await.map_err(unreachable)?;
        let given = config.get("id").as_str();
        let id = match given {
            Some(id) => id.to_owned(),
            None => Box::pin(find::<O>(&at, config)).await?,
        };
        let what = format!("read {noun} {id}");
        let named_by = given.map(|_| AttributePath::of("id"));
        let told = |err: AwsError| match &named_by {
            Some(path) if err.may_mean_gone() => failed(&what, &err).at(path.clone()),
            _ => failed(&what, &err),
        };
        let key = Key::new([id.clone()]).ok_or_else(|| invalid(&AttributePath::of("id"), EMPTY))?;
        Ok(look::<O>(cx, &at, key).await.map_err(told)?)
    }
}

const EMPTY: &str = "It is empty.";

/// The arguments by which an object is found.
fn arguments<O: Sought>() -> Vec<Attribute> {
    let all = O::Among::arguments().into_iter();
    all.filter(|argument| O::BY.contains(&argument.name)).collect()
}

/// The object, and its tags.
async fn look<O: Sought>(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    key: Key,
) -> Result<Remote<O::Item>, AwsError> {
    let located = Located { key, region: Some(at.region.clone()), arn: None, owner: None };
    let gathering = async {
        O::gather(cx, at, &located, &Value::Null).await.map_err(|unread| match unread {
            Unread::Object(err) | Unread::Part(err) => err,
        })
    };
    let item = at.look(Box::pin(gathering)).await?;
    let arn = O::facts(&item).arn.filter(|_| O::KIND.tagged);
    let tags = match (arn, O::is_others(&item)) {
        (None, _) | (_, Some(true)) => None,
        (Some(arn), Some(false)) => Some(at.look(tags::list(at, &arn, &Value::Null)).await?),
        (Some(arn), None) => tags_if_own(cx, at, &arn, O::KIND.noun).await?,
    };
    Ok(Remote { region: at.region.clone(), item, tags })
}

/// The tags of an object that may be another account's; only when they are denied must that be known.
async fn tags_if_own(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    arn: &str,
    noun: &str,
) -> Result<Option<RemoteTags>, AwsError> {
    let denied = match at.look(tags::list(at, arn, &Value::Null)).await {
        Err(err) if err.may_mean_gone() => err,
        listed => return listed.map(Some),
    };
    let owner = Arn::parse(arn).map(|arn| arn.account);
    match at.client.caller(&at.stop).await {
        Ok(caller) if Some(&caller) == owner.as_ref() => Err(denied),
        Ok(_) => Ok(None),
        Err(unknown) => {
            cx.report(Diagnostic::warning(
                format!("The tags of the {noun} could not be read"),
                format!(
                    "They are left out. {denied} Nor can be told whether the {noun} is another \
                     account's, which would explain it: {unknown}"
                ),
            ));
            Ok(None)
        }
    }
}

/// The id of the one object that is as asked for.
async fn find<O: Sought>(at: &Reading<'_>, config: &Value) -> Result<String, Diagnostics> {
    let untold = |err: AwsError| untold::<O::Among>(config, &err);
    let found = entries::<O::Among>(at, config).await.map_err(untold)?;
    let one = found.keys().next().filter(|_| found.len() == 1);
    if let Some(id) = one {
        return Ok(id.clone());
    }
    let given = O::BY.iter().filter(|name| !config.get(name).is_null());
    let given: Vec<_> = given.map(|name| format!("{name} = {}", config.get(name))).collect();
    let at_fault = O::BY.iter().find(|name| !config.get(name).is_null());
    let path = AttributePath::of(at_fault.copied().unwrap_or("id"));
    let (noun, given) = (O::KIND.noun, given.join(" and "));
    let told = if found.is_empty() {
        let there = entries::<O::Among>(at, &Value::Null).await.map_err(untold)?;
        let there = match there.is_empty() {
            true => "There is none at all that these credentials can see".to_owned(),
            false => format!("There are: {}", named::<O>(there.values())),
        };
        Diagnostic::error(
            format!("There is no such {noun}"),
            format!(
                "No {noun} in {} has {given}. {there}. Check the value, the Region, and whose \
                 credentials the provider has.",
                at.region
            ),
        )
    } else {
        Diagnostic::error(
            format!("More than one {noun} is meant"),
            format!(
                "{} in {} have {given}: {}. Give the `id` of the right one in place of it.",
                found.len(),
                at.region,
                named::<O>(found.values())
            ),
        )
    };
    Err(told.at(path).into())
}

/// Entries as a message names them: by their ids, and by what they can be looked for.
fn named<'a, O: Sought>(entries: impl ExactSizeIterator<Item = &'a Value>) -> String {
    let more = entries.len().saturating_sub(MOST_NAMED);
    let one = |entry: &Value| {
        let by = O::BY.iter().map(|name| format!("{name} = {}", entry.get(name)));
        let id = entry.get("id").as_str().unwrap_or_default();
        format!("{id} ({})", by.collect::<Vec<_>>().join(", "))
    };
    let mut texts: Vec<_> = entries.take(MOST_NAMED).map(one).collect();
    if more > 0 {
        texts.push(format!("and {more} more"));
    }
    texts.join(", ")
}

/// Names in a sentence: "`a`, `b` or `c`".
fn names(of: &[&str]) -> String {
    let quoted: Vec<_> = of.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
