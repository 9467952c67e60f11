"""Tags of collaborations and memberships."""

from world import *


def tags(client, resource):
    return client.list_tags_for_resource(resourceArn=resource["arn"])["tags"]


def test_tags_of_a_create_are_stored(world):
    made = world.collaboration(tags={"team": "data", "empty": ""})
    equal(tags(world.owner, made), {"team": "data", "empty": ""})
    membership = world.join(world.owner, made, tags={"side": "ours"})
    equal(tags(world.owner, membership), {"side": "ours"})
    equal(tags(world.owner, world.collaboration()), {})


def test_tagging_merges_and_overwrites(world):
    made = world.collaboration(tags={"kept": "1", "changed": "1"})
    world.owner.tag_resource(resourceArn=made["arn"], tags={"changed": "2", "new": "3"})
    equal(tags(world.owner, made), {"kept": "1", "changed": "2", "new": "3"})


def test_untagging_takes_keys_away(world):
    made = world.collaboration(tags={"a": "1", "b": "2", "c&d=e f": "3"})
    world.owner.untag_resource(resourceArn=made["arn"], tagKeys=["a", "c&d=e f", "absent"])
    equal(tags(world.owner, made), {"b": "2"})


def test_reserved_keys_are_refused(world):
    made = world.collaboration()
    for key in ("aws:x", "AWS:x", "aWs:"):
        with misconfigured("tags"):
            world.owner.tag_resource(resourceArn=made["arn"], tags={key: "1"})
        with misconfigured("tags"):
            world.collaboration(tags={key: "1"})
        with misconfigured("tags"):
            world.join(world.owner, made, tags={key: "1"})
    world.owner.tag_resource(resourceArn=made["arn"], tags={"awsome": "1", "x:aws:": "2"})
    equal(tags(world.owner, made), {"awsome": "1", "x:aws:": "2"})


def test_limits_of_keys_values_and_maps(world):
    made = world.collaboration()
    tag = lambda tags: world.owner.tag_resource(resourceArn=made["arn"], tags=tags)
    for bad, field in (
        ({"k" * 129: ""}, "tags." + "k" * 129),
        ({"": ""}, "tags."),
        ({"k": "v" * 257}, "tags.k"),
        ({f"k{index}": "" for index in range(201)}, "tags"),
    ):
        with invalid(field):
            tag(bad)
    tag({"k" * 128: "v" * 256})
    tag({f"k{index}": "" for index in range(199)})
    equal(len(tags(world.owner, made)), 200)
    with invalid("tags"):
        tag({"one more": ""})
    equal(len(tags(world.owner, made)), 200)


def test_members_tag_their_own_membership_and_nothing_else(world):
    made, ours, theirs = world.joined()
    world.partner.tag_resource(resourceArn=theirs["arn"], tags={"side": "theirs"})
    equal(tags(world.partner, theirs), {"side": "theirs"})
    for resource in (made, ours):
        for call in (
            lambda: world.partner.tag_resource(resourceArn=resource["arn"], tags={"a": "b"}),
            lambda: world.partner.untag_resource(resourceArn=resource["arn"], tagKeys=["a"]),
            lambda: tags(world.partner, resource),
        ):
            with refused("AccessDeniedException"):
                call()
    with refused("AccessDeniedException"):
        tags(world.owner, theirs)


def test_unknown_resources_are_closed_or_not_found(world):
    made = world.collaboration()
    for arn in (
        f"arn:aws:cleanrooms:us-east-1:{OWNER}:configuredtable/{ABSENT}",
        f"arn:aws:cleanrooms:us-east-1:{OWNER}:membership/{ABSENT}/analysistemplate/{ABSENT}",
    ):
        with refused("ResourceNotFoundException", resourceId=arn):
            world.owner.list_tags_for_resource(resourceArn=arn)
    for arn in (
        f"arn:aws:cleanrooms:us-east-1:{OWNER}:collaboration/{ABSENT}",
        f"arn:aws:cleanrooms:us-east-1:{OWNER}:membership/{ABSENT}",
        f"arn:aws:cleanrooms:us-east-1:{OWNER}:membership/{made['id']}",
        f"arn:aws:cleanrooms:us-east-1:{PARTNER}:collaboration/{made['id']}",
        made["arn"].replace("us-east-1", "eu-west-1"),
        f"arn:aws:cleanrooms:us-east-1:{OWNER}:nothing",
    ):
        with denied():
            world.owner.list_tags_for_resource(resourceArn=arn)
        with denied():
            world.owner.tag_resource(resourceArn=arn, tags={"a": "b"})
        with denied():
            world.owner.untag_resource(resourceArn=arn, tagKeys=["a"])


def test_other_partitions_and_services_are_no_resources(world):
    for arn in (
        f"arn:aws-cn:cleanrooms:us-east-1:{OWNER}:collaboration/{ABSENT}",
        f"arn:aws:s3:us-east-1:{OWNER}:collaboration/{ABSENT}",
        f"arn:aws:cleanrooms:us-east-1:{OWNER}:" + "x" * 300,
        "nonsense",
    ):
        with invalid("resourceArn"):
            world.owner.list_tags_for_resource(resourceArn=arn)


def test_tags_go_with_their_resource(world):
    made = world.collaboration(tags={"a": "b"})
    membership = world.join(world.owner, made, tags={"c": "d"})
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    with denied():
        tags(world.owner, made)
    equal(tags(world.owner, membership), {"c": "d"})
    world.owner.delete_membership(membershipIdentifier=membership["id"])
    with denied():
        tags(world.owner, membership)


def test_the_arn_is_one_encoded_label(world):
    made = world.collaboration()
    encoded = made["arn"].replace(":", "%3A").replace("/", "%2F")
    reply = world.raw("GET", f"/tags/{encoded}")
    equal((reply.status, reply.body), (200, {"tags": {}}))
    world.owner.list_tags_for_resource(resourceArn=made["arn"])
    equal(world.journal()[-1]["path"], f"/tags/{encoded}")
    equal(world.raw("GET", f"/tags/{made['arn']}").status, 404)
