"""What the admin path tells of everything that there is."""

from tables import *
from world import *


def objects(world):
    found = world.admin("GET", "objects")["objects"]
    return {one["id"]: {**one, "id": None} for one in found}


def test_nothing_is_there_at_first(world):
    equal(objects(world), {})


def test_all_accounts_objects_are_told(world):
    made, ours, theirs = world.joined()
    request = world.request(made, member_change(THIRD, displayName="third"))
    query = world.owner.start_protected_query(
        type="SQL", membershipIdentifier=ours["id"], sqlParameters={"queryString": "x"}
    )["protectedQuery"]
    told = lambda kind, owner, arn=None, **settings: {
        "kind": kind,
        "id": None,
        "type": None,
        "arn": arn,
        "owner": owner,
        "region": REGION,
        "membership": None,
        "status": None,
        "deletable": True,
        **settings,
    }
    equal(
        objects(world),
        {
            made["id"]: told("collaboration", OWNER, made["arn"]),
            ours["id"]: told("membership", OWNER, ours["arn"], status="ACTIVE"),
            theirs["id"]: told("membership", PARTNER, theirs["arn"], status="ACTIVE"),
            request["id"]: told("change_request", OWNER, status="PENDING", deletable=False),
            query["id"]: told(
                "protected_query",
                OWNER,
                membership=ours["id"],
                status="SUBMITTED",
                deletable=False,
            ),
        },
    )
    world.partner.delete_membership(membershipIdentifier=theirs["id"])
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    equal(set(objects(world)), {ours["id"], query["id"]})
    world.owner.delete_membership(membershipIdentifier=ours["id"])
    equal(objects(world), {})


def test_a_rule_has_the_id_of_its_table_and_a_type(world):
    made = table(world)
    rule(world, made)
    found = world.admin("GET", "objects")["objects"]
    equal([one["id"] for one in found], [made["id"], made["id"]])
    equal([one["type"] for one in found], [None, "CUSTOM"])
