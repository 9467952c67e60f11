//! Where objects are kept: one shelf for each kind.
//!
//! A shelf knows what all kinds have in common: ids, ARNs, owners, tags, order,
//! and that an object may be seen too late, or still be seen when it is gone.

use std::collections::{BTreeMap, HashMap};
use std::ops::Index;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::state::{Tags, Timestamp};

/// What every stored object has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Counted over all objects, so that a greater number was made later.
    pub(crate) sequence: u64,
    pub(crate) id: String,
    pub(crate) arn: Option<String>,
    pub(crate) region: String,
    /// The account that it belongs to.
    pub(crate) account: String,
    /// The membership that it is a part of.
    pub(crate) membership: Option<String>,
    /// None if its kind takes none.
    pub(crate) tags: Option<Tags>,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
}

impl Head {
    /// The ARN of an object whose kind has one.
    pub(crate) fn arn(&self) -> &str {
        self.arn.as_deref().unwrap_or_default()
    }

    /// Gives it an ARN that ends otherwise than its kind's do.
    pub(crate) fn set_arn_path(&mut self, path: &str) {
        self.arn = Some(format!("arn:aws:cleanrooms:{}:{}:{path}", self.region, self.account));
    }

    /// Whether it belongs to this account in this Region.
    pub(crate) fn is_of(&self, account: &str, region: &str) -> bool {
        self.account == account && self.region == region
    }
}

/// What all objects of a kind have in common.
pub(crate) struct Kind {
    /// Its name on the admin path.
    pub(crate) name: &'static str,
    /// The first eight digits of its ids, which so tell what they are of.
    pub(crate) id_prefix: u32,
    /// The last part of its ARN, with `{id}` and `{membership}`.
    pub(crate) arn: Option<&'static str>,
    /// Whether callers can delete it by itself.
    pub(crate) is_deletable: bool,
}

/// An object that is kept.
pub(crate) trait Stored: Clone {
    fn kind(&self) -> &'static Kind;

    fn head(&self) -> &Head;

    fn head_mut(&mut self) -> &mut Head;

    /// The status that replies give it, if its kind has any.
    fn status(&self) -> Option<&str> {
        None
    }

    /// What it is called beside the id, if that is the id of what it is of.
    fn type_name(&self) -> Option<&str> {
        None
    }
}

/// Objects of one kind by their ids.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent, bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
pub(crate) struct Shelf<T> {
    objects: BTreeMap<String, T>,
    /// How many more look-ups miss an object that was made a moment ago.
    #[serde(skip)]
    hidden: HashMap<String, u64>,
    /// What the present call has made.
    #[serde(skip)]
    made: Vec<String>,
    /// What the present call has removed.
    #[serde(skip)]
    removed: Vec<T>,
    /// What is gone and still found, and by how many more look-ups.
    #[serde(skip)]
    gone: HashMap<String, (T, u64)>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            hidden: HashMap::new(),
            made: Vec::new(),
            removed: Vec::new(),
            gone: HashMap::new(),
        }
    }
}

impl<T: Stored> Shelf<T> {
    pub(crate) fn insert(&mut self, object: T) {
        let id = object.head().id.clone();
        self.made.push(id.clone());
        self.objects.insert(id, object);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        self.gone.remove(id);
        let removed = self.objects.remove(id)?;
        self.removed.push(removed.clone());
        Some(removed)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.removed.extend(self.objects.extract_if(.., |_, one| !keep(one)).map(|(_, one)| one));
    }

    /// Looks an object up for a caller, who may not see it yet, or still see
    /// it; such a look-up counts.
    pub(crate) fn find(&mut self, id: &str) -> Option<&mut T> {
        let appears = if self.contains(id) { self.appears(id) } else { self.lingers(id) };
        if appears { self.get_mut(id) } else { None }
    }

    /// Whether it is there, whatever callers see.
    pub(crate) fn contains(&self, id: &str) -> bool {
        self.objects.contains_key(id)
    }

    fn lingers(&mut self, id: &str) -> bool {
        match self.gone.get_mut(id) {
            Some((_, reads)) if *reads > 0 => {
                *reads -= 1;
                true
            }
            _ => {
                self.gone.remove(id);
                false
            }
        }
    }

    fn appears(&mut self, id: &str) -> bool {
        let Some(reads) = self.hidden.get_mut(id) else {
            return true;
        };
        *reads -= 1;
        if *reads == 0 {
            self.hidden.remove(id);
        }
        false
    }

    /// The objects of a list that a caller gets to see; being left out counts
    /// as a look-up.
    pub(crate) fn seen(&mut self, wanted: impl Fn(&T) -> bool) -> Vec<&T> {
        let gone = self.gone.values().map(|(one, _)| one);
        let mut ids: Vec<String> = self
            .values()
            .chain(gone)
            .filter(|one| wanted(one))
            .map(|one| one.head().id.clone())
            .collect();
        ids.sort();
        let seen: Vec<String> = ids.into_iter().filter(|id| self.find(id).is_some()).collect();
        seen.iter().filter_map(|id| self.get(id)).collect()
    }

    /// The object itself, whether callers see it or not; one that is gone as
    /// long as they do.
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.objects.get(id).or_else(|| self.gone.get(id).map(|(one, _)| one))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.objects.get_mut(id).or_else(|| self.gone.get_mut(id).map(|(one, _)| one))
    }

    /// All objects that are there, whether callers see them or not.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.objects.values()
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.objects.values_mut()
    }
}

impl<T: Stored> Index<&str> for Shelf<T> {
    type Output = T;

    fn index(&self, id: &str) -> &T {
        self.get(id).expect("it was found a moment ago")
    }
}

/// A shelf of whatever kind.
pub(crate) trait AnyShelf {
    /// What is on it, as the admin path tells.
    fn listing(&self) -> Vec<Value>;

    /// Looks an object up by its ARN, as [`Shelf::find`] does by its id.
    fn find_arn(&mut self, arn: &str) -> Option<&mut Head>;

    /// Ids and names of objects that keep a membership from being deleted.
    fn in_the_way_of(&self, membership: &str) -> Vec<String>;

    /// Drops what is part of a membership.
    fn drop_parts_of(&mut self, membership: &str);

    /// Forgets what was made, for a call begins.
    fn begin(&mut self);

    /// Makes the next `reads` look-ups miss what the call has made.
    fn hide_made(&mut self, reads: u64);

    /// Makes the next `reads` look-ups find what the call has removed.
    fn keep_removed(&mut self, reads: u64);
}

impl<T: Stored> AnyShelf for Shelf<T> {
    fn listing(&self) -> Vec<Value> {
        let tell = |object: &T| {
            let head = object.head();
            json!({
                "kind": object.kind().name,
                "id": head.id,
                "type": object.type_name(),
                "arn": head.arn,
                "owner": head.account,
                "region": head.region,
                "membership": head.membership,
                "status": object.status(),
                "deletable": object.kind().is_deletable,
            })
        };
        self.values().map(tell).collect()
    }

    fn find_arn(&mut self, arn: &str) -> Option<&mut Head> {
        let has_it = |object: &&T| object.head().arn.as_deref() == Some(arn);
        let gone = self.gone.values().map(|(one, _)| one);
        let id = self.values().chain(gone).find(has_it)?.head().id.clone();
        self.find(&id).map(T::head_mut)
    }

    fn in_the_way_of(&self, membership: &str) -> Vec<String> {
        self.values()
            .filter(|object| object.kind().is_deletable)
            .filter(|object| object.head().membership.as_deref() == Some(membership))
            .map(|object| format!("{} {}", object.kind().name, object.head().id))
            .collect()
    }

    fn drop_parts_of(&mut self, membership: &str) {
        self.retain(|object| object.head().membership.as_deref() != Some(membership));
    }

    fn begin(&mut self) {
        self.made.clear();
        self.removed.clear();
    }

    fn hide_made(&mut self, reads: u64) {
        if reads > 0 {
            self.hidden.extend(self.made.drain(..).map(|id| (id, reads)));
        }
    }

    fn keep_removed(&mut self, reads: u64) {
        let kept = |object: T| (object.head().id.clone(), (object, reads));
        self.gone.extend(self.removed.drain(..).map(kept));
    }
}
