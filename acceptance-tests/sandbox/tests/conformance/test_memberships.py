"""Memberships: joining, defaults, rules, updates, leaving, visibility."""

import time

from world import *

JOB_RESULTS = {
    "outputConfiguration": {"s3": {"bucket": "jobs", "keyPrefix": "out/", "resultFormat": "CSV"}},
    "roleArn": ROLE,
}


def test_defaults_are_filled_in(world):
    membership = world.join(world.owner, world.collaboration())
    equal(membership["status"], "ACTIVE")
    equal(membership["isMetricsEnabled"], False)
    equal(membership["paymentConfiguration"], shown(query=True))
    assert "jobLogStatus" not in membership, membership
    for absent in ("defaultResultConfiguration", "defaultJobResultConfiguration", "tags"):
        assert absent not in membership, membership


def test_what_was_sent_comes_back(world):
    learning = {"customMLMemberAbilities": ["CAN_RECEIVE_MODEL_OUTPUT"]}
    made = world.collaboration(
        abilities=[],
        members=[
            member(
                PARTNER, "CAN_QUERY", "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS", mlMemberAbilities=learning
            )
        ],
        queryLogStatus="ENABLED",
        jobLogStatus="ENABLED",
        isMetricsEnabled=True,
    )
    results = {**query_results(keyPrefix="a/b", singleFileOutput=True), "roleArn": ROLE}
    membership = world.join(
        world.partner,
        made,
        queryLogStatus="ENABLED",
        jobLogStatus="ENABLED",
        isMetricsEnabled=True,
        defaultResultConfiguration=results,
        defaultJobResultConfiguration=JOB_RESULTS,
        paymentConfiguration=pays(query=True, job=True),
    )
    got = world.partner.get_membership(membershipIdentifier=membership["id"])["membership"]
    equal(got, membership)
    equal(got["defaultResultConfiguration"], results)
    equal(got["defaultJobResultConfiguration"], JOB_RESULTS)
    equal((got["queryLogStatus"], got["jobLogStatus"]), ("ENABLED", "ENABLED"))
    equal(got["isMetricsEnabled"], True)
    equal(got["paymentConfiguration"], shown(query=True, job=True))
    equal(set(got["memberAbilities"]), {"CAN_QUERY", "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS"})
    equal(got["mlMemberAbilities"], learning)
    equal(got["arn"], f"arn:aws:cleanrooms:us-east-1:{PARTNER}:membership/{got['id']}")
    equal(got["collaborationArn"], made["arn"])
    equal(got["collaborationId"], made["id"])
    equal(got["collaborationName"], "collaboration")
    equal(got["collaborationCreatorAccountId"], OWNER)
    equal(got["collaborationCreatorDisplayName"], "owner")


def test_what_is_known_to_work_between_two_accounts_works(world):
    made = world.collaboration(members=[member(PARTNER, "CAN_RECEIVE_RESULTS")])
    equal(world.join(world.partner, made)["memberAbilities"], ["CAN_RECEIVE_RESULTS"])
    made = world.collaboration(
        abilities=[], members=[member(PARTNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS")]
    )
    joined = world.join(world.partner, made, defaultResultConfiguration=query_results())
    equal(set(joined["memberAbilities"]), {"CAN_QUERY", "CAN_RECEIVE_RESULTS"})
    made = world.collaboration(
        abilities=[], members=[member(PARTNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS")]
    )
    joined = world.join(world.partner, made)
    updated = world.partner.update_membership(
        membershipIdentifier=joined["id"],
        defaultResultConfiguration={**query_results("other", keyPrefix="p"), "roleArn": ROLE},
    )["membership"]
    equal(updated["id"], joined["id"])
    equal(updated["defaultResultConfiguration"]["roleArn"], ROLE)


def test_joining_needs_a_collaboration(world):
    with refused("ResourceNotFoundException", resourceId=ABSENT, resourceType="COLLABORATION"):
        world.join(world.owner, {"id": ABSENT})


def test_joining_needs_an_invitation(world):
    made = world.collaboration()
    with denied():
        world.join(world.stranger, made)


def test_an_account_joins_once(world):
    made = world.collaboration()
    first = world.join(world.owner, made)
    with refused(
        "ConflictException", "ALREADY_EXISTS", resourceId=first["id"], resourceType="MEMBERSHIP"
    ):
        world.join(world.owner, made)
    equal(len(world.owner.list_memberships()["membershipSummaries"]), 1)


def test_a_leaver_cannot_rejoin(world):
    made, _, theirs = world.joined()
    world.partner.delete_membership(membershipIdentifier=theirs["id"])
    with denied():
        world.join(world.partner, made)


def test_a_removed_member_cannot_rejoin(world):
    made, _, _ = world.joined()
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    with denied():
        world.join(world.partner, made)


def test_a_deleted_collaboration_cannot_be_joined(world):
    made = world.collaboration()
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    with refused("ResourceNotFoundException", resourceType="COLLABORATION"):
        world.join(world.owner, made)


def test_logs_need_the_logs_of_the_collaboration(world):
    made = world.collaboration()
    with misconfigured("queryLogStatus"):
        world.join(world.owner, made, queryLogStatus="ENABLED")
    with misconfigured("jobLogStatus"):
        world.join(world.owner, made, jobLogStatus="ENABLED")
    membership = world.join(world.owner, made)
    for name in ("queryLogStatus", "jobLogStatus"):
        with misconfigured(name):
            world.owner.update_membership(
                membershipIdentifier=membership["id"], **{name: "ENABLED"}
            )
    queries_only = world.collaboration(queryLogStatus="ENABLED")
    with misconfigured("jobLogStatus"):
        world.join(world.owner, queries_only, jobLogStatus="ENABLED")
    equal(
        world.join(world.owner, queries_only, queryLogStatus="ENABLED")["queryLogStatus"], "ENABLED"
    )


def test_metrics_need_the_metrics_of_the_collaboration(world):
    with misconfigured("isMetricsEnabled"):
        world.join(world.owner, world.collaboration(), isMetricsEnabled=True)


def test_metrics_are_for_runners_and_payers(world):
    made = world.collaboration(
        members=[member(PARTNER), member(THIRD, payment=pays(query=False, training=True))],
        isMetricsEnabled=True,
    )
    with misconfigured("isMetricsEnabled"):
        world.join(world.partner, made, isMetricsEnabled=True)
    equal(world.join(world.owner, made, isMetricsEnabled=True)["isMetricsEnabled"], True)
    payer = world.join(
        world.third,
        made,
        isMetricsEnabled=True,
        paymentConfiguration=pays(query=False, training=True),
    )
    equal(payer["isMetricsEnabled"], True)


def test_default_results_are_for_receivers(world):
    made = world.collaboration(abilities=["CAN_QUERY"])
    with misconfigured("defaultResultConfiguration"):
        world.join(world.owner, made, defaultResultConfiguration=query_results())
    with misconfigured("defaultJobResultConfiguration"):
        world.join(world.owner, made, defaultJobResultConfiguration=JOB_RESULTS)
    membership = world.join(world.owner, made)
    for name, value in (
        ("defaultResultConfiguration", query_results()),
        ("defaultJobResultConfiguration", JOB_RESULTS),
    ):
        with misconfigured(name):
            world.owner.update_membership(membershipIdentifier=membership["id"], **{name: value})


def test_job_results_need_a_role_and_query_results_do_not(world):
    made = world.collaboration(abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"])
    output = {"outputConfiguration": {"s3": {"bucket": "jobs"}}}
    with invalid("defaultJobResultConfiguration.roleArn"):
        world.join(world.owner, made, defaultJobResultConfiguration=output)
    membership = world.join(
        world.owner,
        made,
        defaultResultConfiguration=query_results(),
        defaultJobResultConfiguration={**output, "roleArn": ROLE},
    )
    assert "roleArn" not in membership["defaultResultConfiguration"]
    equal(membership["defaultJobResultConfiguration"]["outputConfiguration"]["s3"], {"bucket": "jobs"})


def test_an_update_changes_what_it_names(world):
    made = world.collaboration(
        abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"],
        queryLogStatus="ENABLED",
        jobLogStatus="ENABLED",
    )
    membership = world.join(world.owner, made, defaultResultConfiguration=query_results("first"))
    time.sleep(0.002)
    identifier = {"membershipIdentifier": membership["id"]}
    update = lambda **changes: world.owner.update_membership(**identifier, **changes)["membership"]
    logged = update(queryLogStatus="ENABLED", jobLogStatus="ENABLED")
    equal((logged["queryLogStatus"], logged["jobLogStatus"]), ("ENABLED", "ENABLED"))
    assert logged["updateTime"] > membership["updateTime"]
    equal(
        logged["defaultResultConfiguration"], membership["defaultResultConfiguration"]
    )
    moved = update(defaultJobResultConfiguration=JOB_RESULTS)
    equal(moved["defaultJobResultConfiguration"], JOB_RESULTS)
    equal(moved["queryLogStatus"], "ENABLED")
    same = update()
    for name in set(moved) - {"updateTime"}:
        equal(same[name], moved[name])


def test_result_configurations_are_replaced_whole(world):
    made = world.collaboration(abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"])
    membership = world.join(
        world.owner,
        made,
        defaultResultConfiguration={**query_results(keyPrefix="p"), "roleArn": ROLE},
    )
    updated = world.owner.update_membership(
        membershipIdentifier=membership["id"], defaultResultConfiguration=query_results("other")
    )["membership"]
    equal(updated["defaultResultConfiguration"], shown_results("other"))


def test_a_result_configuration_cannot_be_cleared(world):
    made = world.collaboration(abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"])
    membership = world.join(world.owner, made, defaultResultConfiguration=query_results())
    path = f"/memberships/{membership['id']}"
    reply = world.raw("PATCH", path, {"defaultResultConfiguration": None})
    equal(reply.status, 200)
    equal(reply.body["membership"]["defaultResultConfiguration"], shown_results())
    for empty in ({}, {"outputConfiguration": {}}):
        equal(world.raw("PATCH", path, {"defaultResultConfiguration": empty}).status, 400)


def test_metrics_and_collaboration_cannot_be_updated(world):
    made = world.collaboration(isMetricsEnabled=True)
    membership = world.join(world.owner, made)
    path = f"/memberships/{membership['id']}"
    for body in ({"isMetricsEnabled": True}, {"collaborationIdentifier": made["id"]}, {"tags": {}}):
        reply = world.raw("PATCH", path, body)
        equal((reply.status, reply.body["fieldList"][0]["name"]), (400, list(body)[0]))


def test_a_rename_shows_in_memberships(world):
    made, ours, theirs = world.joined()
    world.owner.update_collaboration(collaborationIdentifier=made["id"], name="renamed")
    for client, membership in ((world.owner, ours), (world.partner, theirs)):
        got = client.get_membership(membershipIdentifier=membership["id"])["membership"]
        equal(got["collaborationName"], "renamed")


def test_only_active_memberships_are_updated(world):
    made, ours, theirs = world.joined()
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    with refused("ConflictException", "INVALID_STATE", resourceId=theirs["id"]):
        world.partner.update_membership(membershipIdentifier=theirs["id"])
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    with refused("ConflictException", "INVALID_STATE", resourceId=ours["id"]):
        world.owner.update_membership(membershipIdentifier=ours["id"])


def test_leaving_takes_the_membership_away(world):
    _, _, theirs = world.joined()
    identifier = {"membershipIdentifier": theirs["id"]}
    reply = world.partner.delete_membership(**identifier)
    equal(reply["ResponseMetadata"]["HTTPStatusCode"], 204)
    for call in (
        world.partner.get_membership,
        world.partner.delete_membership,
        world.partner.update_membership,
    ):
        with refused(
            "ResourceNotFoundException", resourceId=theirs["id"], resourceType="MEMBERSHIP"
        ):
            call(**identifier)
    equal(world.partner.list_memberships()["membershipSummaries"], [])


def test_the_creator_leaves_by_deleting_the_collaboration(world):
    made, ours, _ = world.joined()
    with refused(
        "ConflictException", "INVALID_STATE", resourceId=ours["id"], resourceType="MEMBERSHIP"
    ) as error:
        world.owner.delete_membership(membershipIdentifier=ours["id"])
    assert "creator" in error["Error"]["Message"] and "ACTIVE" in error["Error"]["Message"], error
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    world.owner.delete_membership(membershipIdentifier=ours["id"])
    with refused("ResourceNotFoundException"):
        world.owner.get_membership(membershipIdentifier=ours["id"])


def test_removed_and_orphaned_memberships_can_be_deleted(world):
    made = world.collaboration(members=[member(PARTNER), member(THIRD)])
    removed, orphaned = world.join(world.partner, made), world.join(world.third, made)
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    world.partner.delete_membership(membershipIdentifier=removed["id"])
    equal(world.members(made)[PARTNER]["status"], "REMOVED")
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    world.third.delete_membership(membershipIdentifier=orphaned["id"])
    for client in (world.partner, world.third):
        equal(client.list_memberships()["membershipSummaries"], [])


def test_sub_resources_stand_in_the_way_of_leaving(world):
    _, _, theirs = world.joined()
    world.admin(
        "POST",
        "sub_resources",
        {"membershipIdentifier": theirs["id"], "resources": ["analysistemplate/weekly"]},
    )
    with refused("ConflictException", "SUBRESOURCES_EXIST") as error:
        world.partner.delete_membership(membershipIdentifier=theirs["id"])
    assert "analysistemplate/weekly" in error["Error"]["Message"], error
    world.admin(
        "POST", "sub_resources", {"membershipIdentifier": theirs["id"], "resources": []}
    )
    world.partner.delete_membership(membershipIdentifier=theirs["id"])


def test_memberships_are_closed_to_others(world):
    _, ours, _ = world.joined()
    identifier = {"membershipIdentifier": ours["id"]}
    for client in (world.partner, world.stranger):
        for call in (client.get_membership, client.update_membership, client.delete_membership):
            with denied():
                call(**identifier)
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        world.owner.get_membership(membershipIdentifier=ABSENT)
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        world.client(OWNER, "eu-west-1").get_membership(**identifier)


def test_the_list_is_filtered_by_status(world):
    kept, _, active = world.joined()
    removing, _, removed = world.joined()
    deleting, _, deleted = world.joined()
    world.owner.delete_member(collaborationIdentifier=removing["id"], accountId=PARTNER)
    world.owner.delete_collaboration(collaborationIdentifier=deleting["id"])
    for status, membership in (
        ("ACTIVE", active),
        ("REMOVED", removed),
        ("COLLABORATION_DELETED", deleted),
    ):
        listed = world.partner.list_memberships(status=status)["membershipSummaries"]
        equal([(entry["id"], entry["status"]) for entry in listed], [(membership["id"], status)])
    equal(len(world.partner.list_memberships()["membershipSummaries"]), 3)
    with invalid("status"):
        world.partner.list_memberships(status="LEFT")


def test_summaries_leave_settings_out(world):
    made = world.collaboration(abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"])
    membership = world.join(world.owner, made, defaultResultConfiguration=query_results())
    (summary,) = world.owner.list_memberships()["membershipSummaries"]
    for name, value in summary.items():
        equal(value, membership[name])
    equal(
        set(membership) - set(summary),
        {"queryLogStatus", "isMetricsEnabled", "defaultResultConfiguration"},
    )
