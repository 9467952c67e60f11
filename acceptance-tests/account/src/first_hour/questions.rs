//! The open questions, each a switch of the sandbox, and what replies say to it.

use cleanrooms_sandbox::Switches;
use serde_json::{Value, json};

use super::collaborations::member_of;
use super::hour::{NOBODY, Replies};
use super::orders::order_of_lists;
use super::tables::ASSOCIATION_ARN;
use crate::record::Outcome::{self, Conflict, Denied, Done, NotFound, Validation};
use crate::record::Reply;

/// What the replies say to a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// The service agrees with this answer of the switch.
    Answer(Value),
    /// It agrees with none; this is what came.
    Neither(String),
    /// The replies do not tell, for this reason.
    Untold(String),
}

/// An open question.
pub struct Question {
    /// The switch of the sandbox.
    pub switch: &'static str,
    /// The numbers of the calls that tell.
    pub calls: &'static [&'static str],
    judge: Judge,
}

/// How the answer is found in the replies.
enum Judge {
    /// By what the first of the calls came to.
    Outcome(&'static [(Outcome, &'static str)]),
    /// By a member of its reply: what is read there, and the answer to that. Nothing is `None`.
    Member(&'static str, &'static [(Option<&'static str>, &'static str)]),
    /// By a function of all replies and of the accounts.
    By(fn(&Replies, &Named) -> Seen),
}

/// The accounts of the calls.
#[derive(Clone, Debug)]
pub struct Named {
    /// The owner's id.
    pub owner: String,
    /// The partner's id.
    pub partner: String,
}

impl Question {
    /// What the replies say.
    pub fn judge(&self, replies: &Replies, named: &Named) -> Seen {
        match &self.judge {
            Judge::By(judge) => judge(replies, named),
            Judge::Outcome(answers) => with(replies, self.calls[0], |reply| {
                let answer = answers.iter().find(|(outcome, _)| *outcome == reply.outcome());
                answer.map_or_else(|| strange(reply), |(_, answer)| told(answer))
            }),
            Judge::Member(pointer, answers) => with_done(replies, self.calls[0], |reply| {
                let found = reply.member(pointer);
                let parsed = |text: &str| serde_json::from_str(text).unwrap_or(json!(text));
                let answer =
                    answers.iter().find(|(wanted, _)| wanted.map(parsed).as_ref() == found);
                let other = || Seen::Neither(found.map_or("nothing".to_owned(), Value::to_string));
                answer.map_or_else(other, |(_, answer)| told(answer))
            }),
        }
    }
}

/// An answer as the sandbox takes it.
fn told(answer: &str) -> Seen {
    Seen::Answer(match answer {
        "true" => json!(true),
        "false" => json!(false),
        text => json!(text),
    })
}

fn untold(why: &str) -> Seen {
    Seen::Untold(why.to_owned())
}

fn strange(reply: &Reply) -> Seen {
    Seen::Neither(reply.in_short())
}

fn with(replies: &Replies, number: &str, judge: impl FnOnce(&Reply) -> Seen) -> Seen {
    let unmade = || {
        let needs = NEEDED.iter().find(|(of, _)| *of == number);
        let why = needs.map(|(_, needs)| format!(", for which {needs}")).unwrap_or_default();
        Seen::Untold(format!("call {number} was not made{why}"))
    };
    replies.get(number).map_or_else(unmade, judge)
}

fn with_done(replies: &Replies, number: &str, judge: impl FnOnce(&Reply) -> Seen) -> Seen {
    with(replies, number, |reply| match reply.is_done() {
        true => judge(reply),
        false => Seen::Untold(format!("call {number} was refused: {}", reply.in_short())),
    })
}

/// Which of two answers a condition means.
fn either(is_first: bool, first: &str, second: &str) -> Seen {
    told(if is_first { first } else { second })
}

const ABSENCE: Judge = Judge::Outcome(&[(Denied, "access_denied"), (NotFound, "not_found")]);
const ENFORCED: Judge = Judge::Outcome(&[(Validation, "validation"), (Done, "accepted")]);

macro_rules! question {
    ($switch:literal, [$($call:literal),+], $judge:expr) => {
        Question { switch: $switch, calls: &[$($call),+], judge: $judge }
    };
}

/// Every question to which the calls give an answer.
pub const ALL: &[Question] = &[
    question!(
        "creator_status_before_joining",
        ["2"],
        Judge::Member(
            "/collaboration/memberStatus",
            &[(Some("INVITED"), "invited"), (Some("ACTIVE"), "active")],
        )
    ),
    question!(
        "auto_approved_request",
        ["22"],
        Judge::Member(
            "/collaborationChangeRequest/status",
            &[(Some("COMMITTED"), "committed"), (Some("APPROVED"), "approved")],
        )
    ),
    question!("invited_accounts_vote", ["26"], Judge::By(invited_accounts_vote)),
    question!("creator_votes", ["16"], Judge::By(creator_votes)),
    question!("request_without_voters", ["26"], Judge::By(request_without_voters)),
    question!("unset_payment_sub_blocks", ["3"], Judge::By(unset_payment_sub_blocks)),
    question!(
        "runner_abilities_in_change_request",
        ["23", "24", "25"],
        Judge::By(runner_abilities)
    ),
    question!(
        "display_name_of_existing_member",
        ["27a"],
        Judge::Outcome(&[(Done, "ignored"), (Validation, "refused")],)
    ),
    question!(
        "returning_members",
        ["31"],
        Judge::Outcome(&[(Conflict, "refused"), (Done, "allowed")],)
    ),
    question!(
        "omitted_allowed_result_regions",
        ["2"],
        Judge::Member(
            "/collaboration/allowedResultRegions",
            &[(None, "absent"), (Some("[\"us-east-1\"]"), "home_region")],
        )
    ),
    question!(
        "delete_member_on_creator",
        ["29"],
        Judge::Outcome(&[(Conflict, "conflict"), (Validation, "validation")],)
    ),
    question!(
        "payer_withdrawal",
        ["15"],
        Judge::Outcome(&[(Done, "accepted"), (Validation, "validation"), (Conflict, "conflict")],)
    ),
    question!(
        "deleted_memberships_can_be_deleted",
        ["37"],
        Judge::Outcome(&[(Done, "true"), (Conflict, "false")],)
    ),
    question!("result_configuration_update", ["14"], Judge::By(result_configuration_update)),
    question!("members_of_absent", ["33b"], ABSENCE),
    question!("membership_of_another_account", ["12"], ABSENCE),
    question!("join_without_invitation", ["21a"], ABSENCE),
    question!("overlapping_change_requests", ["27c"], Judge::By(overlapping_change_requests)),
    question!(
        "omitted_description",
        ["21"],
        Judge::Member("/collaboration/description", &[(None, "absent"), (Some("\"\""), "filled")],)
    ),
    question!(
        "omitted_auto_approved_change_types",
        ["2"],
        Judge::Member(
            "/collaboration/autoApprovedChangeTypes",
            &[(None, "absent"), (Some("[]"), "filled")],
        )
    ),
    question!("omitted_ml_abilities", ["3"], Judge::By(omitted_ml_abilities)),
    question!(
        "omitted_job_log_status",
        ["2"],
        Judge::Member(
            "/collaboration/jobLogStatus",
            &[(None, "absent"), (Some("DISABLED"), "filled")],
        )
    ),
    question!(
        "omitted_metrics",
        ["2"],
        Judge::Member(
            "/collaboration/isMetricsEnabled",
            &[(None, "absent"), (Some("false"), "filled")],
        )
    ),
    question!(
        "omitted_key_prefix",
        ["7"],
        Judge::Member(
            "/membership/defaultResultConfiguration/outputConfiguration/s3/keyPrefix",
            &[(None, "absent"), (Some("\"\""), "filled")],
        )
    ),
    question!(
        "omitted_single_file_output",
        ["7"],
        Judge::Member(
            "/membership/defaultResultConfiguration/outputConfiguration/s3/singleFileOutput",
            &[(None, "absent"), (Some("false"), "filled")],
        )
    ),
    question!(
        "omitted_job_result_format",
        ["14a"],
        Judge::Member(
            "/membership/defaultJobResultConfiguration/outputConfiguration/s3/resultFormat",
            &[(None, "absent"), (Some("CSV"), "filled")],
        )
    ),
    question!("invited_membership_id", ["3"], Judge::By(invited_membership_id)),
    question!("own_membership_id_before_joining", ["4"], Judge::By(own_membership_id)),
    question!("membership_before_joining", ["5"], Judge::By(membership_before_joining)),
    question!("tags_of_absent", ["33"], ABSENCE),
    question!("tags_of_absent_part", ["33a"], ABSENCE),
    question!("error_reasons", ["9", "10", "29"], Judge::By(error_reasons)),
    question!(
        "list_order",
        ["3", "20", "33e", "33f", "33g", "33h", "33i", "33j"],
        Judge::By(|replies, _| order_of_lists(replies))
    ),
    question!(
        "clean_rooms_sql",
        ["21b"],
        Judge::Outcome(&[(Validation, "refused"), (Done, "allowed")],)
    ),
    question!(
        "unknown_members",
        ["33c"],
        Judge::Outcome(&[(Validation, "refused"), (Done, "ignored")],)
    ),
    question!("missing_child_resource_type", ["33d"], Judge::By(missing_child_resource_type)),
    question!(
        "collaboration_views_of_invited",
        ["6a"],
        Judge::Outcome(&[(Denied, "refused"), (Done, "allowed")],)
    ),
    question!(
        "omitted_reference_region",
        ["T3"],
        Judge::Member(
            "/configuredTable/tableReference/glue/region",
            &[(None, "absent"), (Some("us-east-1"), "home_region")],
        )
    ),
    question!("omitted_table_type", ["T3"], Judge::By(omitted_table_type)),
    question!(
        "equal_configured_tables",
        ["T4"],
        Judge::Outcome(&[(Done, "two"), (Conflict, "conflict")],)
    ),
    question!("child_of_another_account", ["T5"], ABSENCE),
    question!("association_name_case", ["T6"], Judge::By(association_name_case)),
    question!("association_arn", ["T6", "T6a"], Judge::By(association_arn)),
    question!(
        "tag_arn_length",
        ["T7"],
        Judge::Outcome(&[(Done, "unlimited"), (Validation, "100")])
    ),
    question!("association_rule_without_table_rule", ["T8"], ENFORCED),
    question!("rule_columns_outside_allowed", ["T9"], ENFORCED),
    question!(
        "result_receivers_in_table_rule",
        ["T10"],
        Judge::Outcome(&[(Validation, "validation"), (Done, "stored")],)
    ),
    question!("templates_and_wildcards_mixed", ["T11"], ENFORCED),
    question!(
        "omitted_join_operators",
        ["T12"],
        Judge::Member(
            "/analysisRule/policy/v1/list/allowedJoinOperators",
            &[(None, "absent"), (Some("[\"AND\"]"), "filled")],
        )
    ),
    question!(
        "omitted_additional_analyses",
        ["T12"],
        Judge::Member(
            "/analysisRule/policy/v1/list/additionalAnalyses",
            &[(None, "absent"), (Some("NOT_ALLOWED"), "filled")],
        )
    ),
    question!("association_rule_of_another_type", ["T13"], ENFORCED),
    question!("receivers_outside_collaboration", ["T14"], ENFORCED),
    question!("empty_association_rule", ["T15"], ENFORCED),
    question!("omitted_rule_lists", ["T15", "T15b"], Judge::By(omitted_rule_lists)),
    question!(
        "association_with_rule",
        ["T16"],
        Judge::Outcome(&[(Conflict, "conflict"), (Done, "deleted_along")],)
    ),
    question!("selected_methods_after_single", ["T18"], Judge::By(selected_methods)),
    question!(
        "table_reference_kind_change",
        ["T19"],
        Judge::Outcome(&[(Validation, "refused"), (Done, "allowed")],)
    ),
    question!("association_with_budget", ["T23", "T24"], Judge::By(association_with_budget)),
    question!("budget_template_arn", ["T22", "T25"], Judge::By(budget_template_arn)),
    question!(
        "omitted_budget_auto_refresh",
        ["T22"],
        Judge::Member(
            "/privacyBudgetTemplate/parameters/accessBudget/budgetParameters/0/autoRefresh",
            &[(Some("ENABLED"), "filled"), (None, "absent")],
        )
    ),
    question!(
        "omitted_auto_refresh",
        ["T25"],
        Judge::Member(
            "/privacyBudgetTemplate/autoRefresh",
            &[(Some("NONE"), "none"), (Some("CALENDAR_MONTH"), "calendar_month")],
        )
    ),
    question!(
        "second_dp_template",
        ["T26"],
        Judge::Outcome(&[(Conflict, "conflict"), (Validation, "validation")],)
    ),
    question!("template_of_unknown_tables", ["T28"], ENFORCED),
    question!("sql_referenced_tables", ["T29"], Judge::By(sql_referenced_tables)),
    question!(
        "template_name_twice",
        ["T30"],
        Judge::Outcome(&[(Conflict, "conflict"), (Done, "accepted")],)
    ),
    question!(
        "omitted_retention",
        ["T32"],
        Judge::Member(
            "/intermediateTable/retentionInDays",
            &[(Some("30"), "30"), (None, "absent")],
        )
    ),
    question!(
        "intermediate_rule_before_population",
        ["T33"],
        Judge::Outcome(&[(Done, "accepted"), (Conflict, "conflict")],)
    ),
    question!(
        "mapping_table_without_namespaces",
        ["T35"],
        Judge::Outcome(&[(Validation, "validation"), (NotFound, "not_found")],)
    ),
    question!(
        "omitted_id_mapping_config",
        ["T36"],
        Judge::Member(
            "/idNamespaceAssociation/idMappingConfig/allowUseAsDimensionColumn",
            &[(None, "absent"), (Some("false"), "filled")],
        )
    ),
    question!("same_namespace_twice", ["T36", "T37"], Judge::By(same_namespace_twice)),
    question!(
        "configured_table_with_associations",
        ["T39"],
        Judge::Outcome(&[(Done, "allowed"), (Conflict, "refused")],)
    ),
    question!(
        "configured_table_with_rule",
        ["T40"],
        Judge::Outcome(&[(Conflict, "conflict"), (Done, "deleted_along")],)
    ),
    question!(
        "children_of_inactive_membership",
        ["T42"],
        Judge::Outcome(&[(Done, "readable"), (NotFound, "not_found")],)
    ),
    question!("writes_to_inactive_membership", ["T43"], Judge::By(writes_to_inactive_membership)),
];

/// What calls need that a fresh account lacks.
const NEEDED: &[(&str, &str)] = &[
    ("T35", "an id mapping workflow of AWS Entity Resolution would have to exist"),
    ("T36", "an id namespace of AWS Entity Resolution would have to exist"),
];

/// The switches of which these calls can tell nothing, and why.
pub const BEYOND: &[(&str, &str)] = &[
    (
        "deleted_memberships_count_against_quota",
        "an account would have to be at its quota of 500 memberships",
    ),
    ("cloudformation_tags", "only objects that CloudFormation has made have such tags"),
    ("default_page_size", "a list would need more objects than a page has: more than 50"),
    ("query_outcome", "how a query ends is no rule of the service, and a query costs"),
    ("job_outcome", "how a job ends is no rule of the service, and a job costs"),
    ("population_outcome", "how it ends is no rule of the service, and populating a table costs"),
    ("log_export_outcome", "how an export ends is no rule of the service"),
    ("lower_epsilon_after_queries", "a query would have to run, which costs"),
    ("delete_while_populating", "a table would have to be populated, which costs"),
];

/// What the sandbox answers by itself.
pub fn defaults() -> Value {
    serde_json::to_value(Switches::default()).unwrap_or_default()
}

fn votes(reply: &Reply) -> Option<&serde_json::Map<String, Value>> {
    let votes = reply.member("/collaborationChangeRequest/approvals")?.as_object()?;
    (!votes.is_empty()).then_some(votes)
}

fn invited_accounts_vote(replies: &Replies, named: &Named) -> Seen {
    with_done(replies, "26", |reply| {
        let is_asked = votes(reply).is_some_and(|votes| votes.contains_key(&named.partner));
        either(is_asked, "true", "false")
    })
}

fn creator_votes(replies: &Replies, named: &Named) -> Seen {
    with_done(replies, "16", |reply| {
        let vote = votes(reply).and_then(|votes| votes.get(&named.owner));
        match vote.map(|vote| vote["status"].as_str().unwrap_or_default()) {
            None => told("not_asked"),
            Some("PENDING") => told("asked"),
            Some("APPROVED") => told("by_filing"),
            Some(other) => Seen::Neither(other.to_owned()),
        }
    })
}

fn request_without_voters(replies: &Replies, _: &Named) -> Seen {
    with_done(replies, "26", |reply| {
        if votes(reply).is_some() {
            return untold("somebody was asked to vote in call 26");
        }
        match reply.text("/collaborationChangeRequest/status") {
            Some("APPROVED") => told("approved"),
            Some("PENDING") => told("pending"),
            other => Seen::Neither(other.unwrap_or("no status").to_owned()),
        }
    })
}

/// The partner, which runs queries, as the first list shows it.
fn runner<'a>(reply: &'a Reply, named: &Named) -> Option<&'a Value> {
    member_of(&reply.exchange.body, &named.partner)
}

fn unset_payment_sub_blocks(replies: &Replies, named: &Named) -> Seen {
    with_done(replies, "3", |reply| {
        let pays = |cost: &str| {
            let pointer = format!("/paymentConfiguration/machineLearning/{cost}/isResponsible");
            runner(reply, named)?.pointer(&pointer)?.as_bool()
        };
        match (pays("modelTraining"), pays("modelInference")) {
            (None, None) => told("absent"),
            (Some(false), Some(false)) => told("filled"),
            (Some(true), Some(true)) => told("effective"),
            other => Seen::Neither(format!("training and inference: {other:?}")),
        }
    })
}

fn runner_abilities(replies: &Replies, named: &Named) -> Seen {
    let (Some(with), Some(without)) = (replies.get("23"), replies.get("24")) else {
        return untold("calls 23 and 24 were not made");
    };
    let holds = replies.get("25").and_then(|reply| {
        let abilities = member_of(&reply.exchange.body, &named.owner)?["abilities"].as_array()?;
        Some(abilities.iter().any(|ability| ability == "CAN_QUERY"))
    });
    if holds == Some(false) {
        return Seen::Neither("CAN_QUERY was taken away".to_owned());
    }
    match (with.outcome(), without.outcome()) {
        (Validation, Done) => told("refused"),
        (Done, Done) => told("ignored"),
        (Done, Validation) => told("required"),
        _ => Seen::Neither(format!("{}, then {}", with.in_short(), without.in_short())),
    }
}

fn result_configuration_update(replies: &Replies, _: &Named) -> Seen {
    with_done(replies, "14", |reply| {
        let s3 = "/membership/defaultResultConfiguration/outputConfiguration/s3";
        either(reply.text(&format!("{s3}/keyPrefix")) == Some("p"), "merge", "replace")
    })
}

fn overlapping_change_requests(replies: &Replies, _: &Named) -> Seen {
    with_done(replies, "26", |first| {
        let status = first.text("/collaborationChangeRequest/status");
        if !["PENDING", "APPROVED"].contains(&status.unwrap_or_default()) {
            return untold("the request of call 26 was not open any more");
        }
        with(replies, "27c", |second| match second.outcome() {
            Done => told("allowed"),
            Conflict => told("refused"),
            _ => strange(second),
        })
    })
}

fn omitted_ml_abilities(replies: &Replies, named: &Named) -> Seen {
    with_done(replies, "3", |reply| {
        match runner(reply, named).map(|runner| &runner["mlAbilities"]) {
            None => untold("the partner is not in the list"),
            Some(Value::Null) => told("absent"),
            Some(abilities) if abilities["customMLMemberAbilities"] == json!([]) => told("filled"),
            Some(other) => Seen::Neither(other.to_string()),
        }
    })
}

fn invited_membership_id(replies: &Replies, named: &Named) -> Seen {
    with_done(replies, "3", |reply| match runner(reply, named) {
        None => untold("the partner is not in the list"),
        Some(runner) => either(runner["membershipId"].is_string(), "present", "absent"),
    })
}

fn own_membership_id(replies: &Replies, _: &Named) -> Seen {
    with_done(replies, "4", |reply| {
        either(reply.text("/collaboration/membershipId").is_some(), "filled", "absent")
    })
}

fn membership_before_joining(replies: &Replies, _: &Named) -> Seen {
    with(replies, "5", |reply| {
        if reply.exchange.path.contains(NOBODY) {
            return untold("the id of the membership was not told before joining");
        }
        match reply.outcome() {
            NotFound => told("not_found"),
            Denied => told("access_denied"),
            Conflict => told("conflict"),
            _ => strange(reply),
        }
    })
}

fn error_reasons(replies: &Replies, _: &Named) -> Seen {
    let refused = |reply: &&Reply| matches!(reply.outcome(), Conflict | Validation);
    let mut refused = replies.0.iter().filter(refused).peekable();
    if refused.peek().is_none() {
        return untold("nothing was refused with a reason");
    }
    let has_reason = |reply: &Reply| reply.text("/reason").is_some();
    either(refused.any(has_reason), "present", "absent")
}

fn missing_child_resource_type(replies: &Replies, _: &Named) -> Seen {
    with(replies, "33d", |reply| match (reply.outcome(), reply.text("/resourceType")) {
        (NotFound, None) => told("absent"),
        (NotFound, Some("MEMBERSHIP")) => told("membership"),
        (NotFound, Some(_)) => told("nearest"),
        _ => strange(reply),
    })
}

fn omitted_table_type(replies: &Replies, _: &Named) -> Seen {
    with_done(replies, "T3", |reply| {
        either(reply.text("/configuredTable/tableType").is_some(), "filled", "absent")
    })
}

fn association_name_case(replies: &Replies, _: &Named) -> Seen {
    with(replies, "T6", |reply| match (reply.outcome(), association_name(reply)) {
        (Done, Some(name)) => either(name.ends_with("first"), "folded", "kept"),
        (Validation, _) => told("refused"),
        _ => strange(reply),
    })
}

fn association_name(reply: &Reply) -> Option<&str> {
    reply.text("/configuredTableAssociation/name")
}

fn association_arn(replies: &Replies, _: &Named) -> Seen {
    let made = replies.first_done(&["T6", "T6a"]);
    match made.and_then(|reply| reply.text(ASSOCIATION_ARN)) {
        None => untold("no association was made"),
        Some(arn) if arn.contains(":membership/") => told("membership"),
        Some(arn) if arn.contains(":configuredtableassociation/") => told("model"),
        Some(arn) => Seen::Neither(arn.to_owned()),
    }
}

fn omitted_rule_lists(replies: &Replies, _: &Named) -> Seen {
    let Some(reply) = replies.first_done(&["T15", "T15b"]) else {
        return untold("no rule of the association was made");
    };
    match reply.member("/analysisRule/policy/v1/list/allowedAdditionalAnalyses") {
        None => told("absent"),
        Some(list) if *list == json!([]) => told("filled"),
        Some(other) => Seen::Neither(other.to_string()),
    }
}

fn selected_methods(replies: &Replies, _: &Named) -> Seen {
    with(replies, "T18", |reply| {
        let methods = reply.member("/configuredTable/selectedAnalysisMethods");
        let count = methods.and_then(Value::as_array).map_or(0, Vec::len);
        match (reply.outcome(), count) {
            (Done, 0) => told("dropped"),
            (Done, 2) => told("kept"),
            (Validation, _) => told("refused"),
            _ => Seen::Neither(format!("{} with {count} methods", reply.in_short())),
        }
    })
}

fn association_with_budget(replies: &Replies, _: &Named) -> Seen {
    with_done(replies, "T22", |_| {
        with(replies, "T23", |reply| match reply.outcome() {
            Conflict => told("conflict"),
            Done => with(replies, "T24", |budget| match budget.outcome() {
                NotFound => told("deleted_along"),
                _ => Seen::Neither(format!("deleted, and then the budget: {}", budget.in_short())),
            }),
            _ => strange(reply),
        })
    })
}

fn budget_template_arn(replies: &Replies, _: &Named) -> Seen {
    let made = replies.first_done(&["T22", "T25"]);
    match made.and_then(|reply| reply.text("/privacyBudgetTemplate/arn")) {
        None => untold("no privacy budget template was made"),
        Some(arn) if arn.contains(":membership/") => told("membership"),
        Some(arn) if arn.contains(":privacybudgettemplate/") => told("model"),
        Some(arn) => Seen::Neither(arn.to_owned()),
    }
}

fn same_namespace_twice(replies: &Replies, _: &Named) -> Seen {
    with_done(replies, "T36", |_| {
        with(replies, "T37", |reply| match reply.outcome() {
            Conflict => told("conflict"),
            Done => told("accepted"),
            _ => strange(reply),
        })
    })
}

fn sql_referenced_tables(replies: &Replies, _: &Named) -> Seen {
    with_done(replies, "T29", |reply| {
        let tables = reply.member("/analysisTemplate/schema/referencedTables");
        let is_empty = tables.and_then(Value::as_array).is_none_or(Vec::is_empty);
        either(is_empty, "as_sent", "parsed")
    })
}

fn writes_to_inactive_membership(replies: &Replies, _: &Named) -> Seen {
    with_done(replies, "T42", |_| {
        with(replies, "T43", |reply| match reply.outcome() {
            Conflict => told("conflict"),
            Denied => told("access_denied"),
            _ => strange(reply),
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_switch_is_asked_about_or_beyond_these_calls() {
        let known: BTreeSet<_> = Switches::KEYS.iter().map(|(key, _)| *key).collect();
        let asked: Vec<_> = ALL.iter().map(|question| question.switch).collect();
        let named: Vec<_> = asked.iter().chain(BEYOND.iter().map(|(switch, _)| switch)).collect();
        let unique: BTreeSet<_> = named.iter().map(|switch| **switch).collect();
        assert_eq!(named.len(), unique.len(), "a switch stands twice");
        assert_eq!(unique, known);
    }

    #[test]
    fn a_reply_that_no_answer_fits_is_told_as_it_is() {
        let mut reply = Reply {
            number: "29".to_owned(),
            who: crate::record::Who::Owner,
            disbelieved: None,
            exchange: Default::default(),
        };
        reply.exchange.status = 404;
        reply.exchange.error = Some("ResourceNotFoundException".to_owned());
        let question = ALL.iter().find(|one| one.switch == "delete_member_on_creator");
        let question = question.expect("it is asked");
        let named = Named { owner: String::new(), partner: String::new() };
        let seen = question.judge(&Replies(vec![reply]), &named);
        assert_eq!(seen, Seen::Neither("404 ResourceNotFoundException".to_owned()));
        let seen = question.judge(&Replies::default(), &named);
        assert_eq!(seen, Seen::Untold("call 29 was not made".to_owned()));
    }

    #[test]
    fn what_an_account_lacks_is_said() {
        let question = ALL.iter().find(|one| one.switch == "same_namespace_twice");
        let named = Named { owner: String::new(), partner: String::new() };
        let seen = question.expect("it is asked").judge(&Replies::default(), &named);
        let why = "an id namespace of AWS Entity Resolution would have to exist";
        assert_eq!(seen, Seen::Untold(format!("call T36 was not made, for which {why}")));
    }
}
