//! What a change request asks for, and what it would make of the members.

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;
use crate::cleanrooms::shapes::payment::MachineLearningPayer;

const PARTNER: &str = "444455556666";

/// A member in short: its abilities of both kinds, and its five flags.
#[derive(Clone, Debug, Default)]
struct Member {
    may: Vec<&'static str>,
    ml: Vec<&'static str>,
    pays: Payer,
}

impl Member {
    fn may(abilities: &[&'static str]) -> Self {
        Self { may: abilities.to_vec(), ..Self::default() }
    }

    fn ml(abilities: &[&'static str]) -> Self {
        Self { ml: abilities.to_vec(), ..Self::default() }
    }

    fn pays(pays: Payer) -> Self {
        Self { pays, ..Self::default() }
    }

    fn abilities(&self) -> Vec<MemberAbility> {
        self.may.iter().map(|name| MemberAbility::from(*name)).collect()
    }

    fn ml_abilities(&self) -> Option<MlMemberAbilities> {
        let abilities = self.ml.iter().map(|name| CustomMlMemberAbility::from(*name)).collect();
        let all = MlMemberAbilities::builder().set_custom_ml_member_abilities(Some(abilities));
        (!self.ml.is_empty()).then(|| all.build().expect("the list is given"))
    }

    fn summary(&self) -> MemberSummary {
        MemberSummary::builder()
            .account_id(PARTNER)
            .display_name("Partner")
            .status(MemberStatus::Active)
            .set_abilities(Some(self.abilities()))
            .set_ml_abilities(self.ml_abilities())
            .payment_configuration(self.pays.into())
            .create_time(DateTime::from_secs(0))
            .update_time(DateTime::from_secs(0))
            .build()
            .expect("all that is required is given")
    }

    fn specification(&self) -> MemberSpecification {
        MemberSpecification::builder()
            .account_id(PARTNER)
            .display_name("Partner")
            .set_member_abilities(Some(self.abilities()))
            .set_ml_member_abilities(self.ml_abilities())
            .payment_configuration(self.pays.into())
            .build()
            .expect("all that is required is given")
    }
}

fn partner() -> Subject {
    Subject::Account(PARTNER.to_owned())
}

fn standing(member: Option<&Member>) -> Standing {
    let members = member.map(|member| (PARTNER.to_owned(), member.summary()));
    Standing { members: members.into_iter().collect(), ..Standing::default() }
}

fn wish(member: Option<&Member>) -> Wish {
    let members = member.map(|member| (PARTNER.to_owned(), member.specification()));
    Wish { members: members.into_iter().collect(), ..Wish::default() }
}

fn wanted(is: Option<&Member>, shall: &Member) -> Option<Wanted> {
    standing(is).wanted(&wish(Some(shall)), &partner())
}

/// What goes into the request for a member.
fn asked(is: Option<&Member>, shall: &Member) -> MemberChangeSpecification {
    let wanted = wanted(is, shall).expect("a difference");
    assert_eq!(wanted.input.specification_type, ChangeSpecificationType::Member);
    match wanted.input.specification {
        Some(ChangeSpecification::Member(member)) => member,
        other => panic!("{other:?} is not about a member"),
    }
}

fn types(wanted: &Wanted) -> Vec<&str> {
    wanted.types.iter().map(ChangeType::as_str).collect()
}

fn types_of(names: &[&str]) -> BTreeSet<AutoApprovedChangeType> {
    names.iter().map(|name| AutoApprovedChangeType::from(*name)).collect()
}

fn flags(query: Option<bool>, job: Option<bool>, training: Option<bool>) -> Payer {
    let machine_learning = MachineLearningPayer { model_training: training, ..Default::default() };
    Payer { query_compute: query, job_compute: job, machine_learning }
}

/// By the API reference's table of change types.
#[test]
fn the_kinds_of_change_are_those_that_the_service_derives() {
    let nobody = Member::default();
    let receives = Member::may(&["CAN_RECEIVE_RESULTS"]);
    let exports = Member::may(&["CAN_EXPORT_QUERY_ANALYSIS_LOG"]);
    let models = Member::ml(&["CAN_RECEIVE_MODEL_OUTPUT"]);
    let inferences = Member::ml(&["CAN_RECEIVE_INFERENCE_OUTPUT"]);
    let trains = Member::pays(flags(None, None, Some(true)));
    let pays_nothing = Member::pays(flags(Some(false), None, Some(false)));
    for (is, shall, expected) in [
        (None, &nobody, &["ADD_MEMBER"][..]),
        (None, &receives, &["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"]),
        (None, &trains, &["ADD_MEMBER", "ADD_PAYER_CANDIDATE"]),
        (Some(&nobody), &receives, &["GRANT_RECEIVE_RESULTS_ABILITY"]),
        (Some(&receives), &nobody, &["REVOKE_RECEIVE_RESULTS_ABILITY"]),
        (Some(&nobody), &exports, &["GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"]),
        (Some(&exports), &nobody, &["REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"]),
        (Some(&nobody), &models, &["GRANT_CAN_RECEIVE_MODEL_OUTPUT"]),
        (Some(&models), &nobody, &["REVOKE_CAN_RECEIVE_MODEL_OUTPUT"]),
        (Some(&nobody), &inferences, &["GRANT_CAN_RECEIVE_INFERENCE_OUTPUT"]),
        (Some(&inferences), &nobody, &["REVOKE_CAN_RECEIVE_INFERENCE_OUTPUT"]),
        (Some(&nobody), &trains, &["ADD_PAYER_CANDIDATE"]),
        (Some(&trains), &pays_nothing, &["REMOVE_PAYER_CANDIDATE"]),
    ] {
        let wanted = wanted(is, shall).expect("a difference");
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        let mut found = types(&wanted);
        found.sort_unstable();
        assert_eq!(found, expected, "from {is:?} to {shall:?}");
        assert!(found.iter().all(|name| ChangeType::values().contains(name)), "{found:?}");
    }
}

#[test]
fn who_runs_queries_is_no_matter_of_requests() {
    let runs = Member::may(&["CAN_QUERY", "CAN_RUN_JOB"]);
    assert_eq!(wanted(Some(&runs), &Member::default()), None);
    assert_eq!(wanted(Some(&Member::default()), &runs), None);
    let more = Member::may(&["CAN_QUERY", "CAN_RECEIVE_RESULTS"]);
    let asked = asked(Some(&Member::may(&["CAN_QUERY"])), &more);
    assert_eq!(asked.member_abilities, [MemberAbility::CanReceiveResults]);
}

#[test]
fn auto_approval_is_asked_for_as_a_whole() {
    let wish = Wish { auto_approved: types_of(&["ADD_MEMBER"]), ..Wish::default() };
    let wanted = Standing::default().wanted(&wish, &Subject::Collaboration).expect("a difference");
    assert_eq!(types(&wanted), ["EDIT_AUTO_APPROVED_CHANGE_TYPES"]);
    assert_eq!(wanted.input.specification_type, ChangeSpecificationType::Collaboration);
    let off = Standing { auto_approved: types_of(&["ADD_MEMBER"]), ..Standing::default() }
        .wanted(&Wish::default(), &Subject::Collaboration)
        .expect("a difference");
    match off.input.specification {
        Some(ChangeSpecification::Collaboration(specification)) => {
            assert_eq!(specification.auto_approved_change_types, Some(Vec::new()));
        }
        other => panic!("{other:?} is not about the collaboration"),
    }
}

#[test]
fn only_a_new_member_is_given_a_name() {
    let receives = Member::may(&["CAN_RECEIVE_RESULTS"]);
    assert_eq!(asked(None, &receives).display_name.as_deref(), Some("Partner"));
    assert_eq!(asked(Some(&Member::default()), &receives).display_name, None);
}

#[test]
fn ml_abilities_go_along_only_when_they_change() {
    let models = Member::ml(&["CAN_RECEIVE_MODEL_OUTPUT"]);
    let both = Member { may: vec!["CAN_RECEIVE_RESULTS"], ..models.clone() };
    assert_eq!(asked(Some(&models), &both).ml_member_abilities, None);
    assert_eq!(asked(None, &models).ml_member_abilities, models.ml_abilities());
    assert_eq!(asked(None, &Member::default()).ml_member_abilities, None);
    let none = asked(Some(&models), &Member::default()).ml_member_abilities.expect("a change");
    assert_eq!(none.custom_ml_member_abilities, []);
}

#[test]
fn payment_flags_go_along_only_when_they_change() {
    let sent = |is: Payer, shall: Payer| {
        let shall = Member { may: vec!["CAN_RECEIVE_RESULTS"], ..Member::pays(shall) };
        asked(Some(&Member::pays(is)), &shall).payment_configuration.as_ref().map(Payer::from)
    };
    let (yes, no) = (Some(true), Some(false));
    let pays = flags(yes, no, no);
    assert_eq!(sent(pays, pays), None);
    assert_eq!(sent(pays, Payer::default()), None);
    assert_eq!(sent(pays, flags(None, yes, None)), Some(flags(yes, yes, None)));
    assert_eq!(sent(pays, flags(no, None, None)), Some(flags(no, None, None)));
    // Absent is false.
    assert_eq!(sent(Payer::default(), flags(no, no, no)), None);
    assert_eq!(sent(Payer::default(), flags(None, None, yes)), Some(flags(no, None, yes)));
}

#[test]
fn the_runner_pays_on_though_no_flag_says_so() {
    let runs = Member::may(&["CAN_QUERY"]);
    let trains = Member { pays: flags(None, yes(), None), ..runs.clone() };
    let sent = asked(Some(&runs), &trains).payment_configuration.as_ref().map(Payer::from);
    assert_eq!(sent, Some(flags(yes(), yes(), None)));
}

fn yes() -> Option<bool> {
    Some(true)
}

#[test]
fn a_new_member_is_asked_for_with_the_flags_that_are_given() {
    let sent =
        |pays| asked(None, &Member::pays(pays)).payment_configuration.as_ref().map(Payer::from);
    assert_eq!(sent(Payer::default()), None);
    let trains = flags(None, None, Some(true));
    assert_eq!(sent(trains), Some(Payer { query_compute: Some(false), ..trains }));
}

#[test]
fn a_member_that_a_request_adds_is_pending() {
    let mut standing = Standing::default();
    let receives = Member::may(&["CAN_RECEIVE_RESULTS"]);
    standing.apply(&filed(&wanted(None, &receives).expect("a difference")), DateTime::from_secs(9));
    let added = &standing.members[PARTNER];
    assert_eq!(added.status.as_str(), PENDING_APPROVAL);
    assert_eq!(added.display_name, "Partner");
    assert_eq!(added.abilities, [MemberAbility::CanReceiveResults]);
}

#[test]
fn nobody_is_asked_to_remove_a_member() {
    let standing = standing(Some(&Member::default()));
    assert!(!standing.fulfils(&Wish::default(), &partner()));
    assert_eq!(standing.wanted(&Wish::default(), &partner()), None);
}

mod grouping {
    use super::*;

    fn additions(count: usize, abilities: &[&'static str]) -> Vec<Wanted> {
        let wanted = wanted(None, &Member::may(abilities)).expect("a difference");
        vec![wanted; count]
    }

    fn sizes(wanted: Vec<Wanted>, auto_approved: &[&str]) -> Vec<usize> {
        let standing = Standing { auto_approved: types_of(auto_approved), ..Standing::default() };
        grouped(wanted, &standing).iter().map(Vec::len).collect()
    }

    #[test]
    fn what_needs_no_votes_goes_together_up_to_ten() {
        assert_eq!(sizes(additions(25, &[]), &["ADD_MEMBER"]), [10, 10, 5]);
        assert_eq!(sizes(Vec::new(), &["ADD_MEMBER"]), Vec::<usize>::new());
    }

    #[test]
    fn what_is_voted_on_goes_alone() {
        assert_eq!(sizes(additions(3, &[]), &[]), [1, 1, 1]);
    }

    #[test]
    fn one_kind_that_needs_votes_makes_the_whole_change_need_them() {
        let mut both = additions(2, &["CAN_RECEIVE_RESULTS"]);
        both.extend(additions(2, &[]));
        assert_eq!(sizes(both.clone(), &["ADD_MEMBER"]), [2, 1, 1]);
        let all = ["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"];
        assert_eq!(sizes(both, &all), [4]);
    }
}

/// The change as the service describes it once it is filed.
fn filed(wanted: &Wanted) -> Change {
    Change::builder()
        .specification_type(wanted.input.specification_type.clone())
        .set_specification(wanted.input.specification.clone())
        .set_types(Some(wanted.types.iter().cloned().collect()))
        .build()
        .expect("all that is required is given")
}

fn any_member() -> impl Strategy<Value = Member> {
    let may =
        vec!["CAN_QUERY", "CAN_RECEIVE_RESULTS", "CAN_RUN_JOB", "CAN_EXPORT_QUERY_ANALYSIS_LOG"];
    let ml = vec!["CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT"];
    let flag = any::<Option<bool>>;
    let pays =
        (flag(), flag(), flag(), flag(), flag()).prop_map(|(query, job, train, infer, make)| {
            let machine_learning = MachineLearningPayer {
                model_training: train,
                model_inference: infer,
                synthetic_data_generation: make,
            };
            Payer { query_compute: query, job_compute: job, machine_learning }
        });
    (subsequence(may, 0..=4), subsequence(ml, 0..=2), pays).prop_map(|(may, ml, pays)| Member {
        may,
        ml,
        pays,
    })
}

proptest! {
    /// Otherwise an open request would never be recognised as ours, and be filed again and again.
    #[test]
    fn what_is_asked_for_brings_about_what_is_wished(
        is in proptest::option::of(any_member()),
        shall in any_member(),
    ) {
        let (mut standing, wish) = (standing(is.as_ref()), wish(Some(&shall)));
        match standing.wanted(&wish, &partner()) {
            None => prop_assert!(standing.fulfils(&wish, &partner())),
            Some(wanted) => {
                prop_assert!(!wanted.types.is_empty());
                standing.apply(&filed(&wanted), DateTime::from_secs(1));
                prop_assert!(standing.fulfils(&wish, &partner()), "{:?} is not it", standing);
                prop_assert_eq!(standing.wanted(&wish, &partner()), None);
            }
        }
    }

    #[test]
    fn what_is_not_asked_for_stays(is in any_member(), shall in any_member()) {
        let mut standing = standing(Some(&is));
        let before = payer_of(&standing.members[PARTNER]);
        if let Some(wanted) = standing.wanted(&wish(Some(&shall)), &partner()) {
            standing.apply(&filed(&wanted), DateTime::from_secs(1));
        }
        let after = &standing.members[PARTNER];
        let expected = shall.pays.or(before);
        prop_assert!(payer_of(after).unlike(&expected).is_empty(), "{:?}", after);
        let runs = |abilities: &[MemberAbility]| {
            abilities.iter().filter(|ability| !is_changeable(ability)).cloned().collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(runs(&after.abilities), runs(&is.abilities()));
    }
}
