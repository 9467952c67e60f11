"""Members as the collaboration lists them, and their removal."""

from world import *


def test_the_creator_is_a_member_like_any_other(world):
    made = world.collaboration(members=[member(PARTNER, "CAN_RECEIVE_RESULTS")])
    members = world.members(made)
    equal(set(members), {OWNER, PARTNER})
    equal(members[OWNER]["status"], "INVITED")
    equal(members[OWNER]["displayName"], "owner")
    equal(members[OWNER]["abilities"], ["CAN_QUERY"])
    equal(members[PARTNER]["status"], "INVITED")
    equal(members[PARTNER]["abilities"], ["CAN_RECEIVE_RESULTS"])
    equal(members[PARTNER]["displayName"], f"member {PARTNER}")


def test_abilities_have_other_names_in_replies(world):
    learning = {"customMLMemberAbilities": ["CAN_RECEIVE_MODEL_OUTPUT"]}
    made = world.collaboration(
        members=[member(PARTNER, mlMemberAbilities=learning)],
        creatorMLMemberAbilities={"customMLMemberAbilities": ["CAN_RECEIVE_INFERENCE_OUTPUT"]},
    )
    members = world.members(made)
    equal(members[PARTNER]["mlAbilities"], learning)
    equal(
        members[OWNER]["mlAbilities"],
        {"customMLMemberAbilities": ["CAN_RECEIVE_INFERENCE_OUTPUT"]},
    )
    for name in ("memberAbilities", "mlMemberAbilities"):
        assert name not in members[PARTNER], members[PARTNER]


def test_several_members_can_hold_ml_abilities(world):
    both = {
        "customMLMemberAbilities": ["CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT"]
    }
    made = world.collaboration(
        members=[member(PARTNER, mlMemberAbilities=both), member(THIRD, mlMemberAbilities=both)]
    )
    for account in (PARTNER, THIRD):
        found = world.members(made)[account]["mlAbilities"]["customMLMemberAbilities"]
        equal(set(found), set(both["customMLMemberAbilities"]))


def test_members_and_abilities_come_in_another_order(world):
    abilities = ["CAN_RECEIVE_RESULTS", "CAN_EXPORT_QUERY_ANALYSIS_LOG"]
    learning = ["CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT"]
    sent = [
        member(PARTNER, *abilities, mlMemberAbilities={"customMLMemberAbilities": learning}),
        member(THIRD),
    ]
    made = world.collaboration(members=sent)
    listed = world.owner.list_members(collaborationIdentifier=made["id"])["memberSummaries"]
    accounts = [entry["accountId"] for entry in listed if entry["accountId"] != OWNER]
    equal(accounts, [THIRD, PARTNER])
    entry = world.members(made)[PARTNER]
    equal(entry["abilities"], abilities[::-1])
    equal(entry["mlAbilities"]["customMLMemberAbilities"], learning[::-1])


def test_joining_shows_in_the_list(world):
    made = world.collaboration(members=[member(PARTNER)])
    theirs = world.join(world.partner, made)
    entry = world.members(made)[PARTNER]
    equal(entry["status"], "ACTIVE")
    equal(entry["membershipId"], theirs["id"])
    equal(entry["membershipArn"], theirs["arn"])
    assert entry["updateTime"] >= entry["createTime"]


def test_a_leaver_stays_in_the_list(world):
    made, _, theirs = world.joined()
    world.partner.delete_membership(membershipIdentifier=theirs["id"])
    entry = world.members(made)[PARTNER]
    equal(entry["status"], "LEFT")
    assert "membershipId" not in entry, entry


def test_an_active_member_is_removed_on_both_sides(world):
    made, _, theirs = world.joined()
    reply = world.owner.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    equal(reply["ResponseMetadata"]["HTTPStatusCode"], 204)
    equal(world.members(made)[PARTNER]["status"], "REMOVED")
    got = world.partner.get_membership(membershipIdentifier=theirs["id"])["membership"]
    equal(got["status"], "REMOVED")


def test_an_invited_member_can_be_removed(world):
    made = world.collaboration(members=[member(PARTNER)])
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    equal(world.members(made)[PARTNER]["status"], "REMOVED")
    with denied():
        world.join(world.partner, made)


def test_removing_again_changes_nothing(world):
    made, _, _ = world.joined()
    identifier = {"collaborationIdentifier": made["id"], "accountId": PARTNER}
    world.owner.delete_member(**identifier)
    before = world.members(made)
    equal(world.owner.delete_member(**identifier)["ResponseMetadata"]["HTTPStatusCode"], 204)
    equal(world.members(made), before)


def test_removing_a_leaver_changes_nothing(world):
    made, _, theirs = world.joined()
    world.partner.delete_membership(membershipIdentifier=theirs["id"])
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    equal(world.members(made)[PARTNER]["status"], "LEFT")


def test_an_unknown_account_cannot_be_removed(world):
    made = world.collaboration()
    with refused("ResourceNotFoundException", resourceId=STRANGER, resourceType="MEMBERSHIP"):
        world.owner.delete_member(collaborationIdentifier=made["id"], accountId=STRANGER)


def test_the_creator_cannot_be_removed(world):
    made = world.collaboration()
    with refused("ConflictException", "INVALID_STATE"):
        world.owner.delete_member(collaborationIdentifier=made["id"], accountId=OWNER)
    equal(world.members(made)[OWNER]["status"], "INVITED")


def test_only_the_owner_removes_members(world):
    made, _, _ = world.joined()
    for client in (world.partner, world.stranger):
        with denied():
            client.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    equal(world.members(made)[PARTNER]["status"], "ACTIVE")


def test_membership_ids_are_given_out_with_the_invitation(world):
    made = world.collaboration(
        members=[member(PARTNER)], autoApprovedChangeRequestTypes=["ADD_MEMBER"]
    )
    world.request(made, member_change(THIRD, displayName="third"))
    promised = world.members(made)
    equal(len({entry["membershipId"] for entry in promised.values()}), 3)
    for account, entry in promised.items():
        arn = f"arn:aws:cleanrooms:us-east-1:{account}:membership/{entry['membershipId']}"
        equal((entry["status"], entry["membershipArn"]), ("INVITED", arn))
        client = world.client(account)
        with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
            client.get_membership(membershipIdentifier=entry["membershipId"])
        with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
            client.delete_membership(membershipIdentifier=entry["membershipId"])
        got = client.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
        assert "membershipId" not in got, got
        joined = world.join(client, made)
        equal((joined["id"], joined["arn"]), (entry["membershipId"], arn))
        got = client.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
        equal(got["membershipId"], joined["id"])
