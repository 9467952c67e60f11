//! Each resource may do what its page lists, and nothing else.
//!
//! Whatever the engine in small plays, each call is made with the permissions
//! of the resource that makes it: those for reading alone while a plan is
//! made, all of them in an apply. A list that lacks an action makes a scenario
//! come out otherwise; one that has an action too many is found afterwards,
//! when everything has been played.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, PoisonError};

use cleanrooms_provider::cleanrooms::registry;
use cleanrooms_provider::framework::page::Permissions;
use cleanrooms_provider::framework::testing::Acting;
use cleanrooms_sandbox::Policy;

/// What each type lists.
static LISTED: LazyLock<BTreeMap<String, Permissions>> = LazyLock::new(|| {
    let resources = registry::all().into_iter();
    let resources = resources.map(|one| (one.type_name().to_owned(), one.page().permissions));
    let data_sources = registry::data_sources().into_iter().map(|one| {
        let permissions = Permissions { read: one.needs(), apply: Vec::new() };
        (format!("data.{}", one.type_name()), permissions)
    });
    let actions = registry::actions().into_iter().map(|one| {
        let permissions = Permissions { read: Vec::new(), apply: one.needs() };
        (format!("action.{}", one.type_name()), permissions)
    });
    resources.chain(data_sources).chain(actions).collect()
});

/// What each list may do: what it lists itself, and what a read of its resource needs.
static OF_LISTS: LazyLock<BTreeMap<String, Permissions>> = LazyLock::new(|| {
    let lists = registry::list_resources().into_iter().map(|one| {
        let mut read = one.needs();
        let of_resource =
            registry::all().into_iter().filter(|it| it.type_name() == one.type_name());
        read.extend(of_resource.flat_map(|it| it.page().permissions.read));
        (format!("list.{}", one.type_name()), Permissions { read, apply: Vec::new() })
    });
    lists.collect()
});

/// What was used, and by whom.
static USED: Mutex<BTreeMap<Acting, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

/// The policy of whoever is acting; without anybody nothing is allowed.
pub fn policy() -> Policy {
    let acting = Acting::now();
    Policy::new(move |action| {
        let Some(acting) = &acting else { return false };
        let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
        used.entry(acting.clone()).or_default().insert(action.to_owned());
        is_listed(acting, action)
    })
}

fn is_listed(acting: &Acting, action: &str) -> bool {
    let listed = LISTED.get(&acting.type_name).or_else(|| OF_LISTS.get(&acting.type_name));
    let Some(permissions) = listed else { return false };
    match acting.at_apply {
        true => permissions.applying().any(|listed| listed == action),
        false => permissions.reading().any(|listed| listed == action),
    }
}

/// Whether every action that is listed was used, by a plan or by an apply as it is listed; prints
/// those that were not.
pub fn judge() -> bool {
    let unused = every_listed_action_is_used();
    unused.iter().for_each(|unused| eprintln!("{unused}"));
    unused.is_empty()
}

fn every_listed_action_is_used() -> Vec<String> {
    let used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    let mut unused = Vec::new();
    for (type_name, permissions) in LISTED.iter() {
        let is_used = |action: &str, at_apply: bool| {
            let acting = Acting { type_name: type_name.clone(), at_apply };
            used.get(&acting).is_some_and(|used| used.contains(action))
        };
        let reading: BTreeSet<_> = permissions.reading().collect();
        for action in reading.iter().filter(|action| !is_used(action, false)) {
            unused.push(format!("{type_name} lists {action} for plans, and none uses it"));
        }
        for action in permissions.apply.iter().flat_map(|need| need.actions) {
            if reading.contains(action) {
                unused.push(format!("{type_name} lists {action} twice"));
            } else if !is_used(action, true) {
                unused.push(format!("{type_name} lists {action} for applies, and none uses it"));
            }
        }
    }
    unused
}
