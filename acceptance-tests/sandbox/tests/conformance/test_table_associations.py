"""Configured tables in collaborations."""

from tables import *


def get(world, association, client=None):
    return get_association(world, association, client)


def test_an_association_says_what_it_was_made_with(world):
    made = world.collaboration()
    ours = world.join(world.owner, made)
    of_owner = table(world)
    association = associate(world, ours, of_owner, description="orders", tags={"a": "b"})
    path = f"membership/{ours['id']}/configuredtableassociation/{association['id']}"
    equal(
        {name: value for name, value in association.items() if not name.endswith("Time")},
        {
            "id": association["id"],
            "arn": f"arn:aws:cleanrooms:us-east-1:{OWNER}:{path}",
            "name": "orders",
            "description": "orders",
            "roleArn": ROLE,
            "configuredTableId": of_owner["id"],
            "configuredTableArn": of_owner["arn"],
            "membershipId": ours["id"],
            "membershipArn": ours["arn"],
            "analysisRuleTypes": [],
        },
    )
    equal(get(world, association), association)
    client = world.owner
    equal(client.list_tags_for_resource(resourceArn=association["arn"])["tags"], {"a": "b"})
    client.untag_resource(resourceArn=association["arn"], tagKeys=["a"])
    equal(client.list_tags_for_resource(resourceArn=association["arn"])["tags"], {})
    with denied():
        world.partner.list_tags_for_resource(resourceArn=association["arn"])


def test_names_come_back_in_lower_case(world):
    _, _, association = in_membership(world, name="My Orders")
    equal(association["name"], "my orders")


def test_names_are_unique_in_the_collaboration(world):
    collaboration, ours, theirs = world.joined()
    of_owner, of_partner = table(world), table(world, world.partner)
    first = associate(world, ours, of_owner, name="orders")
    for membership, made, client in ((ours, of_owner, None), (theirs, of_partner, world.partner)):
        with refused("ConflictException", "ALREADY_EXISTS", resourceId=first["id"]):
            associate(world, membership, made, client=client, name="Orders")
    associate(world, theirs, of_partner, client=world.partner, name="others")
    another = world.join(world.owner, world.collaboration())
    associate(world, another, of_owner, name="orders")


def test_names_are_no_keywords(world):
    ours = world.join(world.owner, world.collaboration())
    with misconfigured("name"):
        associate(world, ours, table(world), name="Select")


def test_an_update_changes_description_and_role(world):
    _, _, association = in_membership(world, description="old")
    other = ROLE + "-2"
    client = world.owner
    updated = client.update_configured_table_association(
        roleArn=other, **association_id(association)
    )["configuredTableAssociation"]
    equal((updated["roleArn"], updated["description"]), (other, "old"))
    updated = client.update_configured_table_association(
        description="", **association_id(association)
    )["configuredTableAssociation"]
    equal((updated["roleArn"], updated["description"]), (other, ""))


def test_summaries_leave_settings_out(world):
    ours, _, association = in_membership(world, description="x")
    (summary,) = world.owner.list_configured_table_associations(
        membershipIdentifier=ours["id"]
    )["configuredTableAssociationSummaries"]
    left_out = {"description", "roleArn", "configuredTableArn"}
    equal(summary, {k: v for k, v in association.items() if k not in left_out})


def test_it_needs_a_table_and_a_membership_of_the_account(world):
    collaboration, ours, theirs = world.joined()
    of_owner, of_partner = table(world), table(world, world.partner)
    with denied():
        associate(world, ours, of_partner)
    with denied():
        associate(world, theirs, of_owner)
    with refused("ResourceNotFoundException", resourceType="CONFIGURED_TABLE"):
        associate(world, ours, {"id": ABSENT})
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        associate(world, {"id": ABSENT}, of_owner)


def test_it_belongs_to_its_membership(world):
    _, _, association = in_membership(world)
    another = world.join(world.owner, world.collaboration())
    elsewhere = {**association, "membershipId": another["id"]}
    with refused("ResourceNotFoundException", resourceType="CONFIGURED_TABLE_ASSOCIATION"):
        get(world, elsewhere)
    with denied():
        get(world, association, world.partner)


def test_a_role_may_be_too_new(world):
    ours = world.join(world.owner, world.collaboration())
    of_owner = table(world)
    for operation in ("CreateConfiguredTableAssociation", "UpdateConfiguredTableAssociation"):
        world.fault(operation, "iam_synchronization_delay")
    with refused("ValidationException", "IAM_SYNCHRONIZATION_DELAY"):
        associate(world, ours, of_owner)
    association = associate(world, ours, of_owner)
    with refused("ValidationException", "IAM_SYNCHRONIZATION_DELAY"):
        world.owner.update_configured_table_association(
            roleArn=ROLE + "-2", **association_id(association)
        )
    equal(get(world, association), association)


def test_an_association_with_a_rule_stays(world):
    _, of_owner, association = in_membership(world)
    rule(world, of_owner)
    association_rule(world, association)
    delete = world.owner.delete_configured_table_association
    with refused("ConflictException", "SUBRESOURCES_EXIST", resourceId=association["id"]):
        delete(**association_id(association))
    world.owner.delete_configured_table_association_analysis_rule(
        analysisRuleType="CUSTOM", **association_id(association)
    )
    delete(**association_id(association))
    with refused("ResourceNotFoundException"):
        get(world, association)


def test_it_keeps_its_membership(world):
    collaboration, _, theirs = world.joined()
    association = associate(world, theirs, table(world, world.partner), world.partner)
    leave = lambda: world.partner.delete_membership(membershipIdentifier=theirs["id"])
    with refused("ConflictException", "SUBRESOURCES_EXIST") as seen:
        leave()
    assert association["id"] in seen["Error"]["Message"], seen
    world.partner.delete_configured_table_association(**association_id(association))
    leave()


def test_after_the_collaboration_it_can_be_read_and_deleted(world):
    collaboration, ours, theirs = world.joined()
    of_partner = table(world, world.partner)
    association = associate(world, theirs, of_partner, world.partner)
    of_owner = table(world)
    own = associate(world, ours, of_owner, name="other")
    client = world.partner
    world.owner.delete_member(collaborationIdentifier=collaboration["id"], accountId=PARTNER)
    for membership, made, association, client in (
        (theirs, of_partner, association, client),
        (ours, of_owner, own, world.owner),
    ):
        if membership is ours:
            world.owner.delete_collaboration(collaborationIdentifier=collaboration["id"])
        equal(get(world, association, client)["id"], association["id"])
        with refused("ConflictException", "INVALID_STATE", resourceType="MEMBERSHIP"):
            client.update_configured_table_association(
                description="x", **association_id(association)
            )
        with refused("ConflictException", "INVALID_STATE"):
            associate(world, membership, made, client, name="new")
        client.delete_configured_table_association(**association_id(association))
        client.delete_membership(membershipIdentifier=membership["id"])
        with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
            get(world, association, client)
