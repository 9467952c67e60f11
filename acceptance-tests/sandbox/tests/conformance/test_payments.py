"""Who pays: on the collaboration's side, and accepted by memberships."""

from world import *


def flag(entry, *path):
    value = entry["paymentConfiguration"]
    for name in path:
        value = value[name]
    return value["isResponsible"]


def test_the_runner_pays_for_queries_when_nobody_is_named(world):
    made = world.collaboration(
        abilities=[], members=[member(PARTNER, "CAN_QUERY"), member(THIRD)]
    )
    members = world.members(made)
    equal(members[PARTNER]["paymentConfiguration"], shown(query=True))
    equal(members[OWNER]["paymentConfiguration"], shown())
    equal(members[THIRD]["paymentConfiguration"], shown())


def test_another_member_may_pay_for_queries(world):
    made = world.collaboration(members=[member(PARTNER, payment=pays(query=True))])
    members = world.members(made)
    equal(flag(members[PARTNER], "queryCompute"), True)
    equal(flag(members[OWNER], "queryCompute"), False)


def test_several_members_may_be_named(world):
    made = world.collaboration(
        members=[member(PARTNER, payment=pays(query=True))],
        creatorPaymentConfiguration=pays(query=True),
    )
    for entry in world.members(made).values():
        equal(flag(entry, "queryCompute"), True)


def test_the_runner_is_relieved_only_by_another_payer(world):
    with misconfigured("paymentConfiguration.queryCompute.isResponsible"):
        world.collaboration(creatorPaymentConfiguration=pays(query=False))
    world.collaboration(
        creatorPaymentConfiguration=pays(query=False),
        members=[member(PARTNER, payment=pays(query=True))],
    )


def test_the_job_runner_always_pays_for_its_jobs(world):
    abilities = ["CAN_QUERY", "CAN_RUN_JOB"]
    with misconfigured("paymentConfiguration.jobCompute.isResponsible"):
        world.collaboration(
            abilities=abilities, creatorPaymentConfiguration=pays(query=True, job=False)
        )
    made = world.collaboration(abilities=abilities, members=[member(PARTNER)])
    with misconfigured("paymentConfiguration.jobCompute.isResponsible"):
        world.request(
            made, member_change(OWNER, paymentConfiguration=pays(query=True, job=False))
        )


def test_every_flag_that_was_sent_comes_back(world):
    everything = pays(query=True, job=True, training=True, inference=False, synthetic=True)
    made = world.collaboration(
        abilities=["CAN_QUERY", "CAN_RUN_JOB"], creatorPaymentConfiguration=everything
    )
    equal(world.members(made)[OWNER]["paymentConfiguration"], everything)
    membership = world.join(world.owner, made, paymentConfiguration=everything)
    equal(membership["paymentConfiguration"], everything)


def test_a_payer_that_cannot_query_has_to_accept(world):
    made = world.collaboration(members=[member(PARTNER, payment=pays(query=True))])
    with misconfigured("paymentConfiguration.queryCompute.isResponsible"):
        world.join(world.partner, made)
    with misconfigured("paymentConfiguration.queryCompute.isResponsible"):
        world.join(world.partner, made, paymentConfiguration=pays(query=False))
    joined = world.join(world.partner, made, paymentConfiguration=pays(query=True))
    equal(joined["paymentConfiguration"], shown(query=True))


def test_nobody_pays_without_being_named(world):
    made = world.collaboration(members=[member(PARTNER)])
    for sent, field in (
        (pays(query=True), "queryCompute"),
        (pays(query=False, job=True), "jobCompute"),
        (pays(query=False, training=True), "machineLearning.modelTraining"),
        (pays(query=False, inference=True), "machineLearning.modelInference"),
        (pays(query=False, synthetic=True), "machineLearning.syntheticDataGeneration"),
    ):
        with misconfigured(f"paymentConfiguration.{field}.isResponsible"):
            world.join(world.partner, made, paymentConfiguration=sent)
    joined = world.join(world.partner, made, paymentConfiguration=pays(query=False))
    equal(joined["paymentConfiguration"], shown(query=False))


def test_the_runner_pays_for_training_and_inference_when_nobody_is_named(world):
    made = world.collaboration()
    accepted = pays(query=True, training=True, inference=True)
    joined = world.join(world.owner, made, paymentConfiguration=accepted)
    equal(joined["paymentConfiguration"], shown(query=True, training=True, inference=True))
    named = world.collaboration(members=[member(PARTNER, payment=pays(query=False, training=True))])
    with misconfigured("paymentConfiguration.machineLearning.modelTraining.isResponsible"):
        world.join(world.owner, named, paymentConfiguration=pays(query=True, training=True))


def named_later(world, *accounts):
    """A collaboration whose partner was made a payer candidate by a change request."""
    made, ours, theirs = world.joined()
    request = world.request(made, member_change(PARTNER, paymentConfiguration=pays(query=True)))
    equal(request["changes"][0]["types"], ["ADD_PAYER_CANDIDATE"])
    for client in (world.owner, world.partner):
        world.act(client, request, "APPROVE")
    world.act(world.owner, request, "COMMIT")
    return made, ours, theirs


def test_a_candidate_accepts_by_updating_its_membership(world):
    made, _, theirs = named_later(world)
    equal(flag(world.members(made)[PARTNER], "queryCompute"), True)
    identifier = {"membershipIdentifier": theirs["id"]}
    got = world.partner.get_membership(**identifier)["membership"]
    equal(flag(got, "queryCompute"), False)
    updated = world.partner.update_membership(
        membershipPaymentConfiguration=pays(query=True), **identifier
    )["membership"]
    equal(updated["paymentConfiguration"], shown(query=True))


def test_an_accepted_payer_may_withdraw(world):
    _, _, theirs = named_later(world)
    identifier = {"membershipIdentifier": theirs["id"]}
    update = world.partner.update_membership
    update(membershipPaymentConfiguration=pays(query=True), **identifier)
    updated = update(membershipPaymentConfiguration=pays(query=False), **identifier)
    equal(updated["membership"]["paymentConfiguration"], shown())


def test_one_who_is_not_named_cannot_accept(world):
    _, _, theirs = world.joined()
    with misconfigured("paymentConfiguration.queryCompute.isResponsible"):
        world.partner.update_membership(
            membershipIdentifier=theirs["id"], membershipPaymentConfiguration=pays(query=True)
        )


def test_an_update_of_payers_may_leave_queries_out(world):
    made = world.collaboration(abilities=["CAN_QUERY", "CAN_RUN_JOB"])
    membership = world.join(world.owner, made)
    updated = world.owner.update_membership(
        membershipIdentifier=membership["id"], membershipPaymentConfiguration=pays(job=True)
    )["membership"]
    equal(updated["paymentConfiguration"], shown(query=True, job=True))
    with invalid("paymentConfiguration.queryCompute"):
        world.join(world.owner, world.collaboration(), paymentConfiguration=pays(job=True))


def test_a_relieved_payer_is_relieved_on_both_sides(world):
    made, _, theirs = world.joined(payment=pays(query=True))
    request = world.request(made, member_change(PARTNER, paymentConfiguration=pays(query=False)))
    equal(request["changes"][0]["types"], ["REMOVE_PAYER_CANDIDATE"])
    for client in (world.owner, world.partner):
        world.act(client, request, "APPROVE")
    world.act(world.owner, request, "COMMIT")
    equal(flag(world.members(made)[PARTNER], "queryCompute"), False)
    got = world.partner.get_membership(membershipIdentifier=theirs["id"])["membership"]
    equal(flag(got, "queryCompute"), False)
