"""Change requests: derived types, votes, transitions, effects."""

import time

from world import *

ALL_AUTO = [
    "ADD_MEMBER",
    "GRANT_RECEIVE_RESULTS_ABILITY",
    "REVOKE_RECEIVE_RESULTS_ABILITY",
    "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
    "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
]
RESULTS, LOGS = "CAN_RECEIVE_RESULTS", "CAN_EXPORT_QUERY_ANALYSIS_LOG"


def learning(*abilities):
    return {"customMLMemberAbilities": list(abilities)}


def status(world, request, client=None):
    return (client or world.owner).get_collaboration_change_request(
        collaborationIdentifier=request["collaborationId"],
        changeRequestIdentifier=request["id"],
    )["collaborationChangeRequest"]["status"]


def pending(world):
    """A collaboration with a request that owner and partner are to vote on."""
    made, ours, theirs = world.joined()
    return made, world.request(made, member_change(PARTNER, RESULTS))


def approved(world):
    made, request = pending(world)
    for client in (world.owner, world.partner):
        request = world.act(client, request, "APPROVE")
    return made, request


def test_types_are_derived_from_what_differs(world):
    model, inference = "CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT"
    made = world.collaboration(
        members=[
            member(PARTNER, mlMemberAbilities=learning()),
            member(THIRD, RESULTS, LOGS, mlMemberAbilities=learning(model, inference)),
        ]
    )
    new = {"displayName": "new"}
    for change, wanted in (
        (member_change(STRANGER, **new), ["ADD_MEMBER"]),
        (
            member_change(STRANGER, RESULTS, **new),
            ["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"],
        ),
        (
            member_change(STRANGER, paymentConfiguration=pays(query=True), **new),
            ["ADD_MEMBER", "ADD_PAYER_CANDIDATE"],
        ),
        (member_change(PARTNER, RESULTS), ["GRANT_RECEIVE_RESULTS_ABILITY"]),
        (member_change(PARTNER, LOGS), ["GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"]),
        (member_change(THIRD, LOGS), ["REVOKE_RECEIVE_RESULTS_ABILITY"]),
        (member_change(THIRD, RESULTS), ["REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"]),
        (
            member_change(PARTNER, mlMemberAbilities=learning(model)),
            ["GRANT_CAN_RECEIVE_MODEL_OUTPUT"],
        ),
        (
            member_change(PARTNER, mlMemberAbilities=learning(inference)),
            ["GRANT_CAN_RECEIVE_INFERENCE_OUTPUT"],
        ),
        (
            member_change(THIRD, RESULTS, LOGS, mlMemberAbilities=learning(inference)),
            ["REVOKE_CAN_RECEIVE_MODEL_OUTPUT"],
        ),
        (
            member_change(THIRD, RESULTS, LOGS, mlMemberAbilities=learning(model)),
            ["REVOKE_CAN_RECEIVE_INFERENCE_OUTPUT"],
        ),
        (
            member_change(PARTNER, paymentConfiguration=pays(query=True)),
            ["ADD_PAYER_CANDIDATE"],
        ),
        (
            member_change(OWNER, paymentConfiguration=pays(query=False)),
            ["REMOVE_PAYER_CANDIDATE"],
        ),
        (member_change(OWNER, RESULTS), ["GRANT_RECEIVE_RESULTS_ABILITY"]),
        (member_change(OWNER, LOGS), ["GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"]),
        (
            member_change(OWNER, mlMemberAbilities=learning(model)),
            ["GRANT_CAN_RECEIVE_MODEL_OUTPUT"],
        ),
        # A flag that was never set is FALSE already.
        (
            member_change(
                OWNER, RESULTS, paymentConfiguration=pays(query=True, training=False, job=False)
            ),
            ["GRANT_RECEIVE_RESULTS_ABILITY"],
        ),
        (
            member_change(OWNER, paymentConfiguration=pays(query=True, training=True)),
            ["ADD_PAYER_CANDIDATE"],
        ),
        (collaboration_change(), ["EDIT_AUTO_APPROVED_CHANGE_TYPES"]),
    ):
        request = world.request(made, change)
        (found,) = request["changes"]
        equal(found["types"], wanted)
        equal(found["specificationType"], change["specificationType"])


def test_the_specification_comes_back_with_lists_in_another_order(world):
    made = world.collaboration()
    abilities = [RESULTS, LOGS]
    request = world.request(
        made,
        member_change(PARTNER, *abilities, displayName="partner"),
        collaboration_change("ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"),
    )
    edit, add = request["changes"]
    equal(
        add["specification"],
        {
            "member": {
                "accountId": PARTNER,
                "memberAbilities": abilities[::-1],
                "displayName": "partner",
            }
        },
    )
    equal(
        edit["specification"],
        {
            "collaboration": {
                "autoApprovedChangeTypes": ["GRANT_RECEIVE_RESULTS_ABILITY", "ADD_MEMBER"]
            }
        },
    )


def test_a_new_member_needs_a_display_name(world):
    made = world.collaboration()
    with misconfigured("displayName"):
        world.request(made, member_change(PARTNER))


def test_auto_approved_changes_take_effect_at_once(world):
    made = world.collaboration(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    time.sleep(0.002)
    request = world.request(
        made,
        member_change(PARTNER, displayName="partner"),
        member_change(THIRD, displayName="third"),
    )
    equal((request["status"], request["isAutoApproved"]), ("COMMITTED", True))
    assert "approvals" not in request, request
    members = world.members(made)
    for account, name in ((PARTNER, "partner"), (THIRD, "third")):
        entry = members[account]
        equal((entry["status"], entry["displayName"]), ("INVITED", name))
        equal(entry["abilities"], [])
        equal(entry["paymentConfiguration"], shown())
    got = world.owner.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
    assert got["updateTime"] > made["updateTime"]
    world.join(world.partner, made)


def test_every_type_of_every_change_must_be_auto_approved(world):
    made, _, _ = world.joined(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    add = member_change(THIRD, displayName="third")
    for changes in (
        [member_change(THIRD, RESULTS, displayName="third")],
        [add, member_change(PARTNER, RESULTS)],
        [add, collaboration_change()],
    ):
        request = world.request(made, *changes)
        equal((request["status"], request["isAutoApproved"]), ("PENDING", False))
    assert THIRD not in world.members(made)


def test_ml_payer_and_edit_changes_are_never_auto_approved(world):
    made, _, _ = world.joined(autoApprovedChangeRequestTypes=ALL_AUTO)
    for change in (
        member_change(PARTNER, mlMemberAbilities=learning("CAN_RECEIVE_MODEL_OUTPUT")),
        member_change(PARTNER, paymentConfiguration=pays(query=True)),
        collaboration_change(),
    ):
        request = world.request(made, change)
        equal((request["status"], request["isAutoApproved"]), ("PENDING", False))
    request = world.request(made, member_change(PARTNER, RESULTS, LOGS))
    equal(request["status"], "COMMITTED")


def test_active_members_are_asked_one_by_one(world):
    made = world.collaboration(members=[member(PARTNER), member(THIRD)])
    world.join(world.owner, made)
    world.join(world.partner, made)
    request = world.request(made, member_change(THIRD, RESULTS))
    equal(
        request["approvals"], {OWNER: {"status": "PENDING"}, PARTNER: {"status": "PENDING"}}
    )
    request = world.act(world.partner, request, "APPROVE")
    equal(request["status"], "PENDING")
    equal(
        request["approvals"], {OWNER: {"status": "PENDING"}, PARTNER: {"status": "APPROVED"}}
    )
    equal(world.act(world.owner, request, "APPROVE")["status"], "APPROVED")


def test_a_request_that_nobody_votes_on_is_approved(world):
    made = world.collaboration(members=[member(PARTNER)])
    request = world.request(made, member_change(PARTNER, RESULTS))
    equal((request["status"], request["isAutoApproved"]), ("APPROVED", False))
    assert "approvals" not in request
    equal(world.members(made)[PARTNER]["abilities"], [])
    equal(world.act(world.owner, request, "COMMIT")["status"], "COMMITTED")
    equal(world.members(made)[PARTNER]["abilities"], [RESULTS])


def test_changes_take_effect_on_commit(world):
    made, request = approved(world)
    before = world.members(made)[PARTNER]
    equal((request["status"], before["abilities"]), ("APPROVED", []))
    time.sleep(0.002)
    equal(world.act(world.owner, request, "COMMIT")["status"], "COMMITTED")
    after = world.members(made)[PARTNER]
    equal(after["abilities"], [RESULTS])
    assert after["updateTime"] > before["updateTime"]


def test_abilities_show_in_the_membership(world):
    made, ours, theirs = world.joined(autoApprovedChangeRequestTypes=ALL_AUTO)
    time.sleep(0.002)
    world.request(made, member_change(PARTNER, RESULTS), member_change(OWNER, LOGS))
    got = world.partner.get_membership(membershipIdentifier=theirs["id"])["membership"]
    equal(got["memberAbilities"], [RESULTS])
    assert got["updateTime"] > theirs["updateTime"]
    got = world.owner.get_membership(membershipIdentifier=ours["id"])["membership"]
    equal(set(got["memberAbilities"]), {"CAN_QUERY", LOGS})
    request = world.request(
        made, member_change(PARTNER, RESULTS, mlMemberAbilities=learning("CAN_RECEIVE_MODEL_OUTPUT"))
    )
    for client in (world.owner, world.partner):
        world.act(client, request, "APPROVE")
    world.act(world.owner, request, "COMMIT")
    got = world.partner.get_membership(membershipIdentifier=theirs["id"])["membership"]
    equal(got["mlMemberAbilities"], learning("CAN_RECEIVE_MODEL_OUTPUT"))
    equal(world.members(made)[PARTNER]["mlAbilities"], learning("CAN_RECEIVE_MODEL_OUTPUT"))


def test_auto_approved_types_are_replaced(world):
    made = world.collaboration(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    request = world.request(made, collaboration_change("GRANT_RECEIVE_RESULTS_ABILITY"))
    world.act(world.owner, request, "COMMIT")
    got = world.owner.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
    equal(got["autoApprovedChangeTypes"], ["GRANT_RECEIVE_RESULTS_ABILITY"])
    request = world.request(made, member_change(PARTNER, displayName="partner"))
    equal(request["isAutoApproved"], False)


def test_one_denial_denies(world):
    made, request = pending(world)
    world.act(world.owner, request, "APPROVE")
    request = world.act(world.partner, request, "DENY")
    equal(request["status"], "DENIED")
    equal(
        request["approvals"], {OWNER: {"status": "APPROVED"}, PARTNER: {"status": "DENIED"}}
    )
    equal(world.members(made)[PARTNER]["abilities"], [])


def test_a_vote_may_change_while_the_request_is_pending(world):
    _, request = pending(world)
    world.act(world.partner, request, "APPROVE")
    again = world.act(world.partner, request, "APPROVE")
    equal(again["status"], "PENDING")
    equal(world.act(world.partner, request, "DENY")["status"], "DENIED")


def test_the_owner_cancels_what_is_pending_or_approved(world):
    made, request = pending(world)
    equal(world.act(world.owner, request, "CANCEL")["status"], "CANCELLED")
    request = world.request(made, member_change(PARTNER, LOGS))
    for client in (world.owner, world.partner):
        request = world.act(client, request, "APPROVE")
    equal(request["status"], "APPROVED")
    equal(world.act(world.owner, request, "CANCEL")["status"], "CANCELLED")
    equal(world.members(made)[PARTNER]["abilities"], [])


def test_a_pending_request_cannot_be_committed(world):
    _, request = pending(world)
    with refused("ConflictException", "INVALID_STATE", resourceId=request["id"]):
        world.act(world.owner, request, "COMMIT")
    equal(status(world, request), "PENDING")


def test_an_approved_request_takes_no_votes(world):
    _, request = approved(world)
    for action in ("APPROVE", "DENY"):
        with refused("ConflictException", "INVALID_STATE"):
            world.act(world.partner, request, action)
    equal(status(world, request), "APPROVED")


def test_final_states_refuse_every_action(world):
    _, cancelled = pending(world)
    cancelled = world.act(world.owner, cancelled, "CANCEL")
    _, denied_request = pending(world)
    denied_request = world.act(world.owner, denied_request, "DENY")
    _, committed = approved(world)
    committed = world.act(world.owner, committed, "COMMIT")
    for request, state in (
        (cancelled, "CANCELLED"),
        (denied_request, "DENIED"),
        (committed, "COMMITTED"),
    ):
        equal(request["status"], state)
        for action in ("APPROVE", "DENY", "CANCEL", "COMMIT"):
            with refused("ConflictException", "INVALID_STATE", resourceId=request["id"]):
                world.act(world.owner, request, action)
        equal(status(world, request), state)


def test_only_the_owner_files_cancels_and_commits(world):
    made, request = approved(world)
    with denied():
        world.request(made, member_change(THIRD, displayName="third"), client=world.partner)
    for action in ("CANCEL", "COMMIT"):
        with denied():
            world.act(world.partner, request, action)
        with denied():
            world.act(world.stranger, request, action)
    equal(status(world, request), "APPROVED")


def test_only_those_who_are_asked_vote(world):
    made = world.collaboration(members=[member(PARTNER), member(THIRD)])
    world.join(world.partner, made)
    request = world.request(made, member_change(PARTNER, RESULTS))
    equal(set(request["approvals"]), {PARTNER})
    for client in (world.owner, world.third):
        for action in ("APPROVE", "DENY"):
            with refused("ConflictException", "INVALID_STATE"):
                world.act(client, request, action)
    with denied():
        world.act(world.stranger, request, "APPROVE")
    equal(status(world, request), "PENDING")


def test_one_who_leaves_is_asked_no_longer(world):
    made, request = pending(world)
    world.act(world.owner, request, "APPROVE")
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    equal(status(world, request), "APPROVED")
    made, ours, theirs = world.joined()
    request = world.request(made, member_change(THIRD, displayName="third"))
    world.partner.delete_membership(membershipIdentifier=theirs["id"])
    equal(status(world, request), "PENDING")
    equal(world.act(world.owner, request, "APPROVE")["status"], "APPROVED")


def test_a_change_of_one_who_has_gone_cannot_be_committed(world):
    made, request = approved(world)
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    with refused("ConflictException", "INVALID_STATE"):
        world.act(world.owner, request, "COMMIT")
    equal(status(world, request), "APPROVED")
    equal(world.members(made)[PARTNER]["status"], "REMOVED")


def test_an_account_is_added_once(world):
    made = world.collaboration()
    first, second = (
        world.request(made, member_change(PARTNER, displayName="partner")) for _ in range(2)
    )
    world.act(world.owner, first, "COMMIT")
    with refused("ConflictException", "INVALID_STATE"):
        world.act(world.owner, second, "COMMIT")
    equal(sum(account == PARTNER for account in world.members(made)), 1)


def test_those_who_left_or_were_removed_cannot_be_added_again(world):
    made = world.collaboration(
        members=[member(PARTNER), member(THIRD)], autoApprovedChangeRequestTypes=ALL_AUTO
    )
    theirs = world.join(world.partner, made)
    world.partner.delete_membership(membershipIdentifier=theirs["id"])
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=THIRD)
    for account in (PARTNER, THIRD):
        with refused("ConflictException", "INVALID_STATE"):
            world.request(made, member_change(account, displayName="again"))


def test_the_runner_is_chosen_for_life(world):
    made = world.collaboration(
        abilities=["CAN_QUERY", "CAN_RUN_JOB"],
        members=[member(PARTNER)],
        autoApprovedChangeRequestTypes=ALL_AUTO,
    )
    for ability in ("CAN_QUERY", "CAN_RUN_JOB"):
        for account in (OWNER, PARTNER, THIRD):
            with misconfigured("memberAbilities"):
                world.request(made, member_change(account, ability, displayName="x"))
    world.request(made, member_change(OWNER, RESULTS))
    equal(
        set(world.members(made)[OWNER]["abilities"]), {"CAN_QUERY", "CAN_RUN_JOB", RESULTS}
    )
    world.request(made, member_change(OWNER))
    equal(set(world.members(made)[OWNER]["abilities"]), {"CAN_QUERY", "CAN_RUN_JOB"})


def test_a_display_name_never_changes(world):
    made = world.collaboration(
        members=[member(PARTNER, displayName="before")], autoApprovedChangeRequestTypes=ALL_AUTO
    )
    world.request(made, member_change(PARTNER, RESULTS, displayName="after"))
    equal(world.members(made)[PARTNER]["displayName"], "before")


def test_a_change_must_change_something(world):
    made = world.collaboration(members=[member(PARTNER, RESULTS)])
    for change in (
        member_change(PARTNER, RESULTS),
        member_change(PARTNER, RESULTS, paymentConfiguration=pays(query=False)),
        {"specificationType": "COLLABORATION", "specification": {"collaboration": {}}},
    ):
        with misconfigured("changes"):
            world.request(made, change)
    equal(requests(world, made), [])


def test_specification_and_type_agree(world):
    made = world.collaboration()
    for declared, change in (
        ("COLLABORATION", member_change(PARTNER, displayName="partner")),
        ("MEMBER", collaboration_change("ADD_MEMBER")),
    ):
        with misconfigured("changes"):
            world.request(made, {**change, "specificationType": declared})


def test_a_request_changes_each_subject_once(world):
    made = world.collaboration()
    add = member_change(PARTNER, displayName="partner")
    for changes in ([add, add], [collaboration_change(), collaboration_change("ADD_MEMBER")]):
        with misconfigured("changes"):
            world.request(made, *changes)


def test_a_request_has_one_to_ten_changes(world):
    world.quota(members_invited_per_collaboration=20)
    made = world.collaboration()
    add = lambda index: member_change(f"{index:012}", displayName="new")
    for changes in ([], [add(index) for index in range(11)]):
        with invalid("changes"):
            world.request(made, *changes)
    equal(len(world.request(made, *[add(index) for index in range(10)])["changes"]), 10)


def requests(world, collaboration, client=None, **settings):
    return (client or world.owner).list_collaboration_change_requests(
        collaborationIdentifier=collaboration["id"], **settings
    )["collaborationChangeRequestSummaries"]


def test_participants_see_the_requests(world):
    made, request = pending(world)
    for client in (world.owner, world.partner):
        equal(requests(world, made, client), [request])
        equal(status(world, request, client), "PENDING")
    with denied():
        requests(world, made, world.stranger)
    with denied():
        status(world, request, world.stranger)
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    with denied():
        requests(world, made, world.partner)


def test_invited_accounts_see_the_requests(world):
    made = world.collaboration(members=[member(PARTNER)])
    request = world.request(made, member_change(PARTNER, RESULTS))
    equal(requests(world, made, world.partner), [request])


def test_the_list_is_filtered_by_status_and_sorted_by_time(world):
    made = world.collaboration()
    add = lambda account: world.request(made, member_change(account, displayName="new"))
    first, second, third = add(PARTNER), add(THIRD), add(STRANGER)
    world.act(world.owner, first, "COMMIT")
    world.act(world.owner, second, "CANCEL")
    ids = lambda **settings: [entry["id"] for entry in requests(world, made, **settings)]
    equal(ids(), [third["id"], second["id"], first["id"]])
    equal(ids(status="COMMITTED"), [first["id"]])
    equal(ids(status="CANCELLED"), [second["id"]])
    equal(ids(status="APPROVED"), [third["id"]])
    equal(ids(status="PENDING"), [])
    equal(ids(status="DENIED"), [])


def test_an_unknown_request_is_not_found(world):
    made = world.collaboration()
    other, request = pending(world)
    for identifier in (ABSENT, request["id"]):
        call = {"collaborationIdentifier": made["id"], "changeRequestIdentifier": identifier}
        with refused("ResourceNotFoundException", resourceId=identifier):
            world.owner.get_collaboration_change_request(**call)
        with refused("ResourceNotFoundException", resourceId=identifier):
            world.owner.update_collaboration_change_request(action="CANCEL", **call)
