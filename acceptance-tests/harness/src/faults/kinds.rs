//! The faults of the matrix.

use serde_json::{Value, json};

use std::time::Duration;

use super::Place;

/// Stands for a time that depends on how long the provider waits.
const LATE: &str = "late";

/// The calls that carry a role.
const WITH_ROLES: [&str; 4] = [
    "CreateMembership",
    "UpdateMembership",
    "CreateConfiguredTableAssociation",
    "UpdateConfiguredTableAssociation",
];

/// A fault, as it is asked for at a call.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Its name in the output.
    pub name: &'static str,
    /// Whether it belongs to the few that every engine is taken through.
    pub smoke: bool,
    kind: Value,
    /// How many calls it hits; all from the first on, if none.
    count: Option<u64>,
    /// Whether it hits calls of all operations.
    everything: bool,
    calls: Calls,
}

/// At which calls a fault means something.
#[derive(Clone, Copy, Debug)]
enum Calls {
    All,
    /// A late reply to a read is a read that failed, which other faults show
    /// without the wait.
    Writes,
    /// Only a new object can be invisible.
    Creates,
    /// Only what carries a role waits for IAM.
    Roles,
    /// A create asks for no id, so a whole reply about another object is taken for AWS's word.
    NotCreates,
    /// With no content AWS itself answers a deletion.
    NotDeletes,
}

/// Whether a call makes an object.
fn makes(operation: &str) -> bool {
    ["Create", "Start"].iter().any(|verb| operation.starts_with(verb))
}

impl Fault {
    /// Whether it hits all calls from its beginning on.
    pub fn is_outage(&self) -> bool {
        self.everything
    }

    /// Every fault.
    pub fn all() -> Vec<Self> {
        let mut faults = vec![
            once("latency", json!({ "kind": "latency", "milliseconds": 50 })),
            once("throttle", json!({ "kind": "throttle" })),
            once("internal_error", json!({ "kind": "internal_error" })),
            once("bad_gateway", json!({ "kind": "bad_gateway" })),
            once("unavailable", json!({ "kind": "unavailable" })),
            once("reset_before", json!({ "kind": "reset_before" })),
            once("reply_lost", json!({ "kind": "reply_lost" })).smoke(),
            once("access_denied", json!({ "kind": "access_denied" })),
            lasting("throttle_lasts", json!({ "kind": "throttle" })),
            lasting("internal_error_lasts", json!({ "kind": "internal_error" })),
            lasting("reply_lost_lasts", json!({ "kind": "reply_lost" })),
            lasting("access_denied_lasts", json!({ "kind": "access_denied" })),
        ];
        let late = once("reply_late", json!({ "kind": "latency", "milliseconds": LATE }));
        faults.push(Self { calls: Calls::Writes, ..late });
        let invisible = once("not_yet_visible", json!({ "kind": "not_yet_visible", "reads": 3 }));
        faults.push(Self { calls: Calls::Creates, ..invisible });
        let role = once("iam_delay", json!({ "kind": "iam_synchronization_delay" }));
        faults.push(Self { calls: Calls::Roles, count: Some(3), ..role });
        let outage = lasting("outage", json!({ "kind": "reset_before" })).smoke();
        faults.push(Self { everything: true, ..outage });
        faults
    }

    /// What a hostile network makes of replies: the call is carried out, and another reply comes back.
    pub fn distortions() -> Vec<Self> {
        let distorted = |name| once(name, json!({ "kind": "distorted", "as": name }));
        let kinds = [
            "no_request_id",
            "page",
            "page_with_request_id",
            "page_of_refusal",
            "forged_denial",
            "forged_absence",
            "redirect",
            "no_content",
            "blank",
            "empty",
            "cut",
            "transformed",
            "of_another",
            "unasked",
            "endless",
        ];
        let mut distortions: Vec<_> = kinds.map(distorted).into();
        for distortion in &mut distortions {
            distortion.calls = match distortion.name {
                "of_another" => Calls::NotCreates,
                "no_content" => Calls::NotDeletes,
                _ => Calls::All,
            };
        }
        // What stands between for good: a portal, and somebody who forges.
        for (name, kind) in [("page_lasts", "page"), ("forged_absence_lasts", "forged_absence")] {
            distortions.push(lasting(name, json!({ "kind": "distorted", "as": kind })));
        }
        distortions
    }

    /// Whether it hits nothing but calls that carry a role.
    pub fn is_of_roles(&self) -> bool {
        matches!(self.calls, Calls::Roles)
    }

    /// Whether the fault means something at a call of this operation.
    pub fn is_for(&self, operation: &str) -> bool {
        let is_read = ["Get", "List"].iter().any(|verb| operation.starts_with(verb));
        match self.calls {
            Calls::All => true,
            Calls::Writes => !is_read,
            Calls::Creates => makes(operation),
            // Nor does a population, of which a reply tells ids that nobody knew.
            Calls::NotCreates => !makes(operation) && !operation.starts_with("Populate"),
            Calls::NotDeletes => !operation.starts_with("Delete"),
            Calls::Roles => WITH_ROLES.contains(&operation),
        }
    }

    /// Whether it goes on until it is ended.
    pub fn lasts(&self) -> bool {
        self.count.is_none()
    }

    /// The fault at this call, in the words of the sandbox's admin path. `late`
    /// is longer than the provider waits for a reply.
    pub fn at(&self, place: &Place, late: Duration) -> Value {
        let (operation, skip) = match self.everything {
            true => ("*", place.position),
            false => (place.operation.as_str(), place.earlier),
        };
        let mut kind = self.kind.clone();
        if kind["milliseconds"] == LATE {
            kind["milliseconds"] = u64::try_from(late.as_millis()).unwrap_or(u64::MAX).into();
        }
        json!({ "operation": operation, "skip": skip, "count": self.count, "fault": kind })
    }

    fn smoke(self) -> Self {
        Self { smoke: true, ..self }
    }
}

fn once(name: &'static str, kind: Value) -> Fault {
    Fault { name, smoke: false, kind, count: Some(1), everything: false, calls: Calls::All }
}

fn lasting(name: &'static str, kind: Value) -> Fault {
    Fault { count: None, ..once(name, kind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_begins_at_the_call_and_hits_all_operations() {
        let faults = Fault::all();
        let outage = faults.iter().find(|fault| fault.name == "outage").expect("it is listed");
        let place = Place { operation: "GetMembership".to_owned(), earlier: 1, position: 4 };
        let asked = json!({ "operation": "*", "skip": 4, "count": null,
            "fault": { "kind": "reset_before" } });
        assert_eq!(outage.at(&place, Duration::ZERO), asked);
    }
}
