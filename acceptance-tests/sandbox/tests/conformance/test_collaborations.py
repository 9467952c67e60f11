"""Collaborations: creation, defaults, rules, updates, deletion, visibility."""

import time

from world import *


def test_defaults_are_filled_in(world):
    made = world.collaboration()
    equal(made["analyticsEngine"], "SPARK")
    equal(made["isMetricsEnabled"], False)
    for absent in (
        "description",
        "jobLogStatus",
        "autoApprovedChangeTypes",
        "allowedResultRegions",
        "dataEncryptionMetadata",
    ):
        assert absent not in made, made


def test_what_was_sent_comes_back(world):
    encryption = {
        "allowCleartext": True,
        "allowDuplicates": False,
        "allowJoinsOnColumnsWithDifferentNames": True,
        "preserveNulls": False,
    }
    made = world.collaboration(
        name="a\tname",
        description="two\r\nlines",
        dataEncryptionMetadata=encryption,
        queryLogStatus="ENABLED",
        jobLogStatus="ENABLED",
        analyticsEngine="SPARK",
        autoApprovedChangeRequestTypes=["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"],
        allowedResultRegions=["us-east-1", "eu-west-1"],
        isMetricsEnabled=True,
    )
    got = world.owner.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
    equal(got, made)
    equal(got["name"], "a\tname")
    equal(got["description"], "two\r\nlines")
    equal(got["dataEncryptionMetadata"], encryption)
    equal((got["queryLogStatus"], got["jobLogStatus"]), ("ENABLED", "ENABLED"))
    equal(got["isMetricsEnabled"], True)
    equal(got["creatorAccountId"], OWNER)
    equal(got["creatorDisplayName"], "owner")
    equal(got["arn"], f"arn:aws:cleanrooms:us-east-1:{OWNER}:collaboration/{made['id']}")


def test_auto_approved_types_have_another_name_in_replies(world):
    made = world.collaboration(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    equal(made["autoApprovedChangeTypes"], ["ADD_MEMBER"])
    assert "autoApprovedChangeRequestTypes" not in made


def test_lists_come_back_in_another_order(world):
    types = ["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_RECEIVE_RESULTS_ABILITY"]
    regions = ["us-east-1", "eu-west-1", "us-west-2"]
    made = world.collaboration(autoApprovedChangeRequestTypes=types, allowedResultRegions=regions)
    for sent, found in (
        (types, made["autoApprovedChangeTypes"]),
        (regions, made["allowedResultRegions"]),
    ):
        equal(sorted(found), sorted(sent))
        assert found != sent, found


def test_replies_have_no_members_payers_or_tags(world):
    made = world.collaboration(
        members=[member(PARTNER)],
        creatorPaymentConfiguration=pays(query=True),
        tags={"team": "data"},
    )
    for absent in ("members", "tags", "creatorMemberAbilities", "creatorPaymentConfiguration"):
        assert absent not in made, made


def test_ids_are_lower_case_uuids_and_never_the_same(world):
    import re

    ids = [world.collaboration()["id"] for _ in range(3)]
    equal(len(set(ids)), 3)
    for found in ids:
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found), found


def test_create_time_fits_the_date_header(world):
    from email.utils import parsedate_to_datetime

    reply = world.owner.create_collaboration(
        name="timed",
        members=[],
        creatorMemberAbilities=[],
        creatorDisplayName="owner",
        queryLogStatus="DISABLED",
    )
    date = parsedate_to_datetime(reply["ResponseMetadata"]["HTTPHeaders"]["date"])
    made = reply["collaboration"]
    assert abs((made["createTime"] - date).total_seconds()) < 5
    equal(made["createTime"], made["updateTime"])


def test_two_equal_creates_make_two_collaborations(world):
    first, second = world.collaboration(), world.collaboration()
    assert first["id"] != second["id"]
    listed = world.owner.list_collaborations()["collaborationList"]
    equal({entry["id"] for entry in listed}, {first["id"], second["id"]})


def test_creation_makes_no_membership(world):
    made = world.collaboration()
    equal(made["memberStatus"], "INVITED")
    assert "membershipId" not in made and "membershipArn" not in made
    equal(world.owner.list_memberships()["membershipSummaries"], [])


def test_creator_becomes_active_by_joining(world):
    made = world.collaboration()
    membership = world.join(world.owner, made)
    got = world.owner.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
    equal(got["memberStatus"], "ACTIVE")
    equal(got["membershipId"], membership["id"])
    equal(got["membershipArn"], membership["arn"])


def test_every_caller_sees_its_own_member_status(world):
    made = world.collaboration(members=[member(PARTNER)])
    world.join(world.owner, made)
    got = world.partner.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
    equal(got["memberStatus"], "INVITED")
    assert "membershipId" not in got
    equal(got["arn"], made["arn"])


def test_owner_needs_no_membership_for_its_rights(world):
    made = world.collaboration(members=[member(PARTNER)])
    identifier = {"collaborationIdentifier": made["id"]}
    world.owner.update_collaboration(name="renamed", **identifier)
    equal(set(world.members(made)), {OWNER, PARTNER})
    world.request(made, member_change(THIRD, displayName="third"))
    world.owner.delete_member(accountId=PARTNER, **identifier)
    world.owner.delete_collaboration(**identifier)


def test_an_update_changes_what_it_names(world):
    made = world.collaboration(description="before")
    time.sleep(0.002)
    update = world.owner.update_collaboration
    renamed = update(collaborationIdentifier=made["id"], name="after")["collaboration"]
    equal((renamed["name"], renamed["description"]), ("after", "before"))
    assert renamed["updateTime"] > made["updateTime"]
    equal(renamed["createTime"], made["createTime"])
    emptied = update(collaborationIdentifier=made["id"], description="")["collaboration"]
    equal((emptied["name"], emptied["description"]), ("after", ""))
    same = update(collaborationIdentifier=made["id"])["collaboration"]
    equal((same["name"], same["description"]), ("after", ""))


def test_other_settings_are_for_life(world):
    made = world.collaboration()
    for name, value in (
        ("creatorDisplayName", "other"),
        ("creatorMemberAbilities", []),
        ("queryLogStatus", "ENABLED"),
        ("jobLogStatus", "ENABLED"),
        ("dataEncryptionMetadata", None),
        ("allowedResultRegions", []),
        ("isMetricsEnabled", True),
        ("autoApprovedChangeRequestTypes", []),
        ("members", []),
        ("tags", {}),
    ):
        reply = world.raw("PATCH", f"/collaborations/{made['id']}", {name: value})
        equal((name, reply.status), (name, 400))
        equal([entry["name"] for entry in reply.body["fieldList"]], [name])


def test_only_the_owner_updates_and_deletes(world):
    made, _, _ = world.joined()
    for client in (world.partner, world.stranger):
        with denied():
            client.update_collaboration(collaborationIdentifier=made["id"], name="mine")
        with denied():
            client.delete_collaboration(collaborationIdentifier=made["id"])
    got = world.owner.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
    equal(got["name"], "collaboration")


def test_clean_rooms_sql_is_over(world):
    with misconfigured("analyticsEngine"):
        world.collaboration(analyticsEngine="CLEAN_ROOMS_SQL")
    made = world.collaboration()
    with misconfigured("analyticsEngine"):
        world.owner.update_collaboration(
            collaborationIdentifier=made["id"], analyticsEngine="CLEAN_ROOMS_SQL"
        )


def test_one_member_can_query(world):
    with misconfigured("memberAbilities"):
        world.collaboration(members=[member(PARTNER, "CAN_QUERY")])
    with misconfigured("memberAbilities"):
        world.collaboration(
            abilities=[], members=[member(PARTNER, "CAN_QUERY"), member(THIRD, "CAN_QUERY")]
        )


def test_one_member_can_run_jobs_and_it_is_the_one_that_can_query(world):
    with misconfigured("memberAbilities"):
        world.collaboration(
            abilities=["CAN_QUERY", "CAN_RUN_JOB"], members=[member(PARTNER, "CAN_RUN_JOB")]
        )
    with misconfigured("memberAbilities"):
        world.collaboration(members=[member(PARTNER, "CAN_RUN_JOB")])
    world.collaboration(abilities=["CAN_QUERY", "CAN_RUN_JOB"])


def test_abilities_may_be_empty_and_nobody_need_query(world):
    made = world.collaboration(abilities=[], members=[member(PARTNER)])
    equal(world.members(made)[OWNER]["abilities"], [])
    equal(world.members(made)[PARTNER]["abilities"], [])


def test_several_members_can_receive_results(world):
    made = world.collaboration(
        abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"],
        members=[member(PARTNER, "CAN_RECEIVE_RESULTS"), member(THIRD, "CAN_RECEIVE_RESULTS")],
    )
    for entry in world.members(made).values():
        assert "CAN_RECEIVE_RESULTS" in entry["abilities"], entry


def test_accounts_are_listed_once_and_without_the_creator(world):
    with misconfigured("members"):
        world.collaboration(members=[member(PARTNER), member(PARTNER)])
    with misconfigured("members"):
        world.collaboration(members=[member(OWNER)])
    equal(world.owner.list_collaborations()["collaborationList"], [])


def test_encryption_settings_are_all_or_none(world):
    with invalid("dataEncryptionMetadata.preserveNulls"):
        world.collaboration(
            dataEncryptionMetadata={
                "allowCleartext": True,
                "allowDuplicates": True,
                "allowJoinsOnColumnsWithDifferentNames": True,
            }
        )
    names = (
        "allowCleartext",
        "allowDuplicates",
        "allowJoinsOnColumnsWithDifferentNames",
        "preserveNulls",
    )
    all_false = {name: False for name in names}
    equal(
        world.collaboration(dataEncryptionMetadata=all_false)["dataEncryptionMetadata"], all_false
    )
    assert "dataEncryptionMetadata" not in world.collaboration()


def test_a_refused_create_makes_nothing(world):
    with invalid("name"):
        world.collaboration(name="")
    with misconfigured("tags"):
        world.collaboration(tags={"aws:x": "1"})
    equal(world.owner.list_collaborations()["collaborationList"], [])


def test_a_deleted_collaboration_is_gone_for_everyone_at_once(world):
    made, _, _ = world.joined()
    identifier = {"collaborationIdentifier": made["id"]}
    reply = world.owner.delete_collaboration(**identifier)
    equal(reply["ResponseMetadata"]["HTTPStatusCode"], 204)
    for client in (world.owner, world.partner):
        with denied():
            client.get_collaboration(**identifier)
        with denied():
            client.delete_collaboration(**identifier)
        with denied():
            client.list_members(**identifier)
        equal(client.list_collaborations()["collaborationList"], [])
    with denied():
        world.owner.update_collaboration(name="again", **identifier)


def test_memberships_outlive_their_collaboration(world):
    made, ours, theirs = world.joined()
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    for client, membership in ((world.owner, ours), (world.partner, theirs)):
        got = client.get_membership(membershipIdentifier=membership["id"])["membership"]
        equal(got["status"], "COLLABORATION_DELETED")
        equal(got["collaborationName"], "collaboration")
        equal(got["collaborationId"], made["id"])


def test_absence_reads_as_access_denied(world):
    identifier = {"collaborationIdentifier": ABSENT}
    for call in (
        world.owner.get_collaboration,
        world.owner.update_collaboration,
        world.owner.delete_collaboration,
        world.owner.list_members,
        world.owner.list_collaboration_change_requests,
    ):
        with denied():
            call(**identifier)
    with denied():
        world.owner.delete_member(accountId=PARTNER, **identifier)


def test_strangers_see_nothing(world):
    made = world.collaboration()
    with denied():
        world.stranger.get_collaboration(collaborationIdentifier=made["id"])
    with denied():
        world.stranger.list_members(collaborationIdentifier=made["id"])
    equal(world.stranger.list_collaborations()["collaborationList"], [])


def test_those_who_left_or_were_removed_see_nothing(world):
    made = world.collaboration(members=[member(PARTNER), member(THIRD)])
    theirs = world.join(world.partner, made)
    world.partner.delete_membership(membershipIdentifier=theirs["id"])
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=THIRD)
    for client in (world.partner, world.third):
        with denied():
            client.get_collaboration(collaborationIdentifier=made["id"])
        with denied():
            client.list_members(collaborationIdentifier=made["id"])
        equal(client.list_collaborations()["collaborationList"], [])


def test_invited_and_active_accounts_see_the_collaboration(world):
    made = world.collaboration(members=[member(PARTNER), member(THIRD)])
    world.join(world.partner, made)
    for client in (world.owner, world.partner, world.third):
        got = client.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
        equal(got["id"], made["id"])
        equal(set(world.members(made, client)), {OWNER, PARTNER, THIRD})
        listed = client.list_collaborations()["collaborationList"]
        equal([entry["id"] for entry in listed], [made["id"]])


def test_regions_are_separate(world):
    made = world.collaboration()
    elsewhere = world.client(OWNER, "eu-west-1")
    with denied():
        elsewhere.get_collaboration(collaborationIdentifier=made["id"])
    equal(elsewhere.list_collaborations()["collaborationList"], [])
    with refused("ResourceNotFoundException", resourceType="COLLABORATION"):
        world.join(elsewhere, made)
    there = world.collaboration(elsewhere)
    assert there["arn"].startswith(f"arn:aws:cleanrooms:eu-west-1:{OWNER}:"), there["arn"]


def test_the_list_is_filtered_by_member_status(world):
    invited = world.collaboration(members=[member(PARTNER)])
    active = world.collaboration(members=[member(PARTNER)])
    world.join(world.partner, active)
    ids = lambda status: [
        entry["id"]
        for entry in world.partner.list_collaborations(memberStatus=status)["collaborationList"]
    ]
    equal(ids("INVITED"), [invited["id"]])
    equal(ids("ACTIVE"), [active["id"]])
    with invalid("memberStatus"):
        world.partner.list_collaborations(memberStatus="LEFT")


def test_summaries_say_what_the_collaboration_says(world):
    made = world.collaboration(description="only in the whole")
    world.join(world.owner, made)
    (summary,) = world.owner.list_collaborations()["collaborationList"]
    got = world.owner.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
    for name, value in summary.items():
        equal(value, got[name])
    equal(
        set(summary),
        {
            "id",
            "arn",
            "name",
            "creatorAccountId",
            "creatorDisplayName",
            "createTime",
            "updateTime",
            "memberStatus",
            "membershipId",
            "membershipArn",
            "analyticsEngine",
        },
    )
