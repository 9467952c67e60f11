"""What moto's server knows as well, where the two agree.

Every test here runs against both. Where they differ we side with the API's
documentation; the README lists the differences.
"""

from tables import *


def test_a_collaboration_comes_back_as_it_was_sent(world):
    encryption = {
        "allowCleartext": True,
        "allowDuplicates": True,
        "allowJoinsOnColumnsWithDifferentNames": True,
        "preserveNulls": False,
    }
    made = world.collaboration(
        description="text",
        dataEncryptionMetadata=encryption,
        queryLogStatus="ENABLED",
        analyticsEngine="SPARK",
        members=[member(PARTNER, "CAN_RECEIVE_RESULTS")],
    )
    equal(made["name"], "collaboration")
    equal(made["description"], "text")
    equal(made["creatorDisplayName"], "owner")
    equal(made["dataEncryptionMetadata"], encryption)
    equal(made["queryLogStatus"], "ENABLED")
    equal(made["analyticsEngine"], "SPARK")
    equal(made["memberStatus"], "INVITED")
    assert made["arn"].startswith("arn:aws:cleanrooms:us-east-1:"), made["arn"]
    assert made["arn"].endswith(f":collaboration/{made['id']}"), made["arn"]
    got = world.owner.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
    equal(got["id"], made["id"])
    equal(got["createTime"], made["createTime"])


def test_a_new_collaboration_has_no_membership(world):
    made = world.collaboration(description="text")
    assert not made.get("membershipId") and not made.get("membershipArn"), made


def test_collaborations_are_listed(world):
    made = {world.collaboration(description="text")["id"] for _ in range(2)}
    listed = world.owner.list_collaborations()["collaborationList"]
    equal({entry["id"] for entry in listed}, made)


def test_a_collaboration_is_renamed(world):
    made = world.collaboration(description="text")
    world.owner.update_collaboration(collaborationIdentifier=made["id"], name="renamed")
    got = world.owner.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
    equal((got["name"], got["description"]), ("renamed", "text"))


def test_the_creator_is_among_the_members(world):
    made = world.collaboration(
        description="text", members=[member(PARTNER, "CAN_RECEIVE_RESULTS")]
    )
    entries = world.members(made)
    equal(set(entries), {made["creatorAccountId"], PARTNER})
    equal(entries[PARTNER]["displayName"], f"member {PARTNER}")
    equal(entries[PARTNER]["abilities"], ["CAN_RECEIVE_RESULTS"])
    equal(entries[PARTNER]["status"], "INVITED")
    equal(entries[made["creatorAccountId"]]["abilities"], ["CAN_QUERY"])


def test_the_creator_joins(world):
    made = world.collaboration(description="text")
    membership = world.join(world.owner, made)
    equal(membership["status"], "ACTIVE")
    equal(membership["collaborationId"], made["id"])
    equal(membership["collaborationArn"], made["arn"])
    equal(membership["collaborationName"], "collaboration")
    equal(membership["collaborationCreatorDisplayName"], "owner")
    equal(membership["memberAbilities"], ["CAN_QUERY"])
    got = world.owner.get_membership(membershipIdentifier=membership["id"])["membership"]
    equal(got["id"], membership["id"])
    found = world.owner.get_collaboration(collaborationIdentifier=made["id"])["collaboration"]
    equal((found["memberStatus"], found["membershipId"]), ("ACTIVE", membership["id"]))


def test_memberships_are_listed(world):
    memberships = {
        world.join(world.owner, world.collaboration(description="text"))["id"] for _ in range(2)
    }
    listed = world.owner.list_memberships()["membershipSummaries"]
    equal({entry["id"] for entry in listed}, memberships)


def test_query_logs_are_switched_on(world):
    made = world.collaboration(description="text", queryLogStatus="ENABLED")
    membership = world.join(world.owner, made)
    updated = world.owner.update_membership(
        membershipIdentifier=membership["id"], queryLogStatus="ENABLED"
    )["membership"]
    equal((updated["id"], updated["queryLogStatus"]), (membership["id"], "ENABLED"))


def test_tags_come_and_go(world):
    made = world.collaboration(description="text", tags={"a": "1", "b": "2"})
    tags = lambda: world.owner.list_tags_for_resource(resourceArn=made["arn"])["tags"]
    equal(tags(), {"a": "1", "b": "2"})
    world.owner.tag_resource(resourceArn=made["arn"], tags={"b": "3", "c": "4"})
    equal(tags(), {"a": "1", "b": "3", "c": "4"})
    world.owner.untag_resource(resourceArn=made["arn"], tagKeys=["a", "c"])
    equal(tags(), {"b": "3"})


def test_an_unknown_membership_is_not_found(world):
    with refused("ResourceNotFoundException"):
        world.owner.get_membership(membershipIdentifier=ABSENT)


def test_a_deleted_collaboration_is_gone(world):
    made = world.collaboration(description="text")
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    equal(world.owner.list_collaborations()["collaborationList"], [])
    try:
        world.owner.get_collaboration(collaborationIdentifier=made["id"])
        raise AssertionError("it should be gone")
    except ClientError:
        pass


def test_a_table_comes_back_as_it_was_sent(world):
    made = table(world, description="all orders")
    equal((made["name"], made["description"]), ("Orders 2026", "all orders"))
    equal(made["analysisMethod"], "DIRECT_QUERY")
    equal(made["analysisRuleTypes"], [])
    equal(sorted(made["allowedColumns"]), sorted(COLUMNS))
    glue = made["tableReference"]["glue"]
    equal({key: glue[key] for key in GLUE["glue"]}, GLUE["glue"])
    assert made["arn"].endswith(f":configuredtable/{made['id']}"), made["arn"]
    got = world.owner.get_configured_table(**table_id(made))["configuredTable"]
    equal((got["id"], got["createTime"]), (made["id"], made["createTime"]))


def test_tables_are_listed(world):
    made = {table(world)["id"] for _ in range(2)}
    listed = world.owner.list_configured_tables()["configuredTableSummaries"]
    equal({entry["id"] for entry in listed}, made)


def test_a_table_is_renamed_and_takes_both_methods(world):
    made = table(world, description="text")
    world.owner.update_configured_table(
        **table_id(made), name="renamed", analysisMethod="MULTIPLE", selectedAnalysisMethods=BOTH
    )
    got = world.owner.get_configured_table(**table_id(made))["configuredTable"]
    equal((got["name"], got["description"]), ("renamed", "text"))
    equal((got["analysisMethod"], set(got["selectedAnalysisMethods"])), ("MULTIPLE", set(BOTH)))


def test_tags_of_tables_come_and_go(world):
    made = table(world, tags={"a": "1", "b": "2"})
    world.owner.tag_resource(resourceArn=made["arn"], tags={"b": "3"})
    world.owner.untag_resource(resourceArn=made["arn"], tagKeys=["a"])
    equal(world.owner.list_tags_for_resource(resourceArn=made["arn"])["tags"], {"b": "3"})


def test_a_deleted_table_is_not_found(world):
    made = table(world)
    world.owner.delete_configured_table(**table_id(made))
    equal(world.owner.list_configured_tables()["configuredTableSummaries"], [])
    with refused("ResourceNotFoundException"):
        world.owner.get_configured_table(**table_id(made))
