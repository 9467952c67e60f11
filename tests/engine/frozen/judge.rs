//! What differs between two images of the schemas, and whether it breaks what somebody has written or stored.

pub mod tests;

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value as Json};

/// One difference.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where, as in `resources.cleanrooms_membership.name`.
    pub path: String,
    /// What, as in `removed`.
    pub what: String,
    /// Whether a configuration, a state or a plan that was right no longer is.
    pub breaks: bool,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.what)
    }
}

/// All of them, in the order of their paths.
pub fn differences(frozen: &Json, present: &Json) -> Vec<Difference> {
    let mut judge = Judge::default();
    judge.body("provider", &frozen["provider"], &present["provider"]);
    for kind in ["resources", "data_sources", "list_resources", "actions"] {
        judge.each(kind, &frozen[kind], &present[kind], Added::IsFine, Judge::thing);
    }
    judge.found
}

/// What it means that there is something new.
#[derive(Clone, Copy)]
enum Added {
    IsFine,
    /// Unless it must be given.
    IsFineIfOptional,
    /// It is part of what names an object elsewhere.
    Breaks,
}

#[derive(Default)]
struct Judge {
    found: Vec<Difference>,
}

impl Judge {
    fn say(&mut self, path: &str, what: impl Into<String>, breaks: bool) {
        self.found.push(Difference { path: path.to_owned(), what: what.into(), breaks });
    }

    /// Compares what two objects have under the same names.
    fn each(
        &mut self,
        path: &str,
        frozen: &Json,
        present: &Json,
        added: Added,
        compare: fn(&mut Self, &str, &Json, &Json),
    ) {
        let nothing = Map::new();
        let [frozen, present] = [frozen, present].map(|it| it.as_object().unwrap_or(&nothing));
        let names: BTreeSet<_> = frozen.keys().chain(present.keys()).collect();
        for name in names {
            let path = format!("{path}.{name}");
            match (frozen.get(name), present.get(name)) {
                (Some(frozen), Some(present)) => compare(self, &path, frozen, present),
                (Some(_), None) => self.say(&path, "removed", true),
                (None, present) => {
                    let is_required = present.is_some_and(|it| it["mode"] == "required");
                    match added {
                        Added::IsFineIfOptional if is_required => {
                            self.say(&path, "added, and required", true);
                        }
                        Added::Breaks => self.say(&path, "added", true),
                        Added::IsFine | Added::IsFineIfOptional => self.say(&path, "added", false),
                    }
                }
            }
        }
    }

    /// A resource, a data source, a list or an action.
    fn thing(&mut self, path: &str, frozen: &Json, present: &Json) {
        self.version(path, "version", frozen, present);
        self.body(path, frozen, present);
        let [frozen, present] = [frozen, present].map(|it| &it["identity"]);
        if frozen.is_null() && present.is_null() {
            return;
        }
        let path = format!("{path}.(identity)");
        self.version(&path, "version", frozen, present);
        // With a version of its own it may become another one: the old one is upgraded.
        if frozen["version"] == present["version"] {
            let [frozen, present] = [frozen, present].map(|it| &it["attributes"]);
            self.each(&path, frozen, present, Added::Breaks, |judge, path, frozen, present| {
                if frozen != present {
                    let what = format!("was {frozen}, and is {present}");
                    let breaks = frozen["required_for_import"] == false;
                    judge.say(path, what, breaks);
                }
            });
        }
    }

    fn version(&mut self, path: &str, name: &str, frozen: &Json, present: &Json) {
        let [was, is] = [frozen, present].map(|it| it[name].as_i64().unwrap_or_default());
        if was != is {
            // Engines refuse a state that a newer schema has written.
            self.say(path, format!("its version was {was}, and is {is}"), is < was);
        }
    }

    fn body(&mut self, path: &str, frozen: &Json, present: &Json) {
        let attributes = [frozen, present].map(|it| &it["attributes"]);
        let [was, is] = attributes;
        self.each(path, was, is, Added::IsFineIfOptional, Judge::attribute);
        let [was, is] = [frozen, present].map(|it| &it["blocks"]);
        self.each(path, was, is, Added::IsFine, Judge::block);
    }

    fn block(&mut self, path: &str, frozen: &Json, present: &Json) {
        if frozen["nested"] != present["nested"] {
            let what =
                format!("its nesting was {}, and is {}", frozen["nested"], present["nested"]);
            self.say(path, what, true);
        }
        let [was, is] = [frozen, present].map(|it| it["max_items"].as_i64().unwrap_or_default());
        if was != is {
            // 0 is no limit.
            let breaks = is != 0 && (was == 0 || is < was);
            self.say(path, format!("at most {was} of it were allowed, and now {is}"), breaks);
        }
        self.body(path, frozen, present);
    }

    fn attribute(&mut self, path: &str, frozen: &Json, present: &Json) {
        for (key, name) in [("type", "type"), ("nested", "nesting")] {
            let [was, is] = [frozen, present].map(|it| &it[key]);
            if was != is {
                self.say(path, format!("its {name} was {was}, and is {is}"), true);
            }
        }
        self.mode(path, frozen, present);
        let [was, is] = [frozen, present].map(|it| it.get("default"));
        if was != is {
            let [was, is] = [was, is].map(|it| it.map_or("none".to_owned(), Json::to_string));
            self.say(path, format!("its default was {was}, and is {is}"), true);
        }
        let [was, is] = [frozen, present].map(|it| it["sensitive"] == true);
        if was != is {
            // Gained, outputs need the mark as well; lost, logs show what they did not.
            let what = if is { "it has become sensitive" } else { "it is no longer sensitive" };
            self.say(path, what, true);
        }
        let [was, is] = [frozen, present].map(|it| it["write_only"] == true);
        if was != is {
            // Gained, what refers to it gets null; lost, its value is stored.
            let what = if is { "it has become write-only" } else { "it is no longer write-only" };
            self.say(path, what, true);
        }
        let [was, is] = [frozen, present].map(|it| &it["replace"]);
        if was != is {
            let what = format!("what a change of it replaces was {was}, and is {is}");
            self.say(path, what, !is.is_null());
        }
        self.rules(path, &frozen["rules"], &present["rules"]);
        self.body(path, frozen, present);
    }

    fn mode(&mut self, path: &str, frozen: &Json, present: &Json) {
        let [was, is] = [frozen, present].map(|it| it["mode"].as_str().unwrap_or_default());
        if was == is {
            return;
        }
        let is_configurable = |mode| mode != "computed";
        let is_computed = |mode| ["computed", "optional_computed"].contains(&mode);
        let breaks = is == "required"
            || is_configurable(was) && !is_configurable(is)
            || is_computed(was) && !is_computed(is);
        self.say(path, format!("it was {was}, and is {is}"), breaks);
    }

    /// Rules are sentences. Of two kinds it can be read which values they take: lists and ranges. For
    /// the others a reviewer reads what is named.
    fn rules(&mut self, path: &str, frozen: &Json, present: &Json) {
        let [was, is] = [frozen, present].map(|it| {
            let rules = it.as_array().into_iter().flatten();
            rules.filter_map(Json::as_str).collect::<Vec<_>>()
        });
        let lost: Vec<_> = was.iter().filter(|rule| !is.contains(rule)).collect();
        let new: Vec<_> = is.iter().filter(|rule| !was.contains(rule)).collect();
        for rule in &new {
            let narrowed = lost.iter().find_map(|lost| narrowed(lost, rule));
            match narrowed {
                Some(less) => self.say(path, format!("it {rule}, and no longer {less}"), true),
                None => self.say(path, format!("it {rule}, which is new"), false),
            }
        }
        for rule in &lost {
            self.say(path, format!("no longer: it {rule}"), false);
        }
    }
}

/// What a rule took, and its successor does not.
fn narrowed(was: &str, is: &str) -> Option<String> {
    let values = |rule: &str| -> Option<BTreeSet<String>> {
        let list = rule.strip_prefix("must be one of ")?;
        Some(list.split(", ").map(str::to_owned).collect())
    };
    if let (Some(was), Some(is)) = (values(was), values(is)) {
        let lost: Vec<_> = was.difference(&is).cloned().collect();
        return (!lost.is_empty()).then(|| lost.join(", "));
    }
    let ((was, before), (is, now)) = (numbers(was), numbers(is));
    if before != now {
        return None;
    }
    match (was.as_slice(), is.as_slice()) {
        (&[least, most], &[lower, upper]) if lower > least || upper < most => {
            Some(format!("{least} to {most}"))
        }
        (&[most], &[upper]) if before.contains("at most") && upper < most => {
            Some(format!("{most}"))
        }
        _ => None,
    }
}

/// The numbers of a rule, and the rule without them.
fn numbers(rule: &str) -> (Vec<i64>, String) {
    let mut numbers = Vec::new();
    let words: Vec<_> = rule
        .split(' ')
        .map(|word| match word.parse() {
            Ok(number) => {
                numbers.push(number);
                "#"
            }
            Err(_) => word,
        })
        .collect();
    (numbers, words.join(" "))
}
