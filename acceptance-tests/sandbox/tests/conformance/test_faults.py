"""Faults on request."""

import contextlib
import time

from botocore.exceptions import ConnectionClosedError
from botocore.parsers import ResponseParserError
from tables import *


def lists(world, client=None):
    return (client or world.owner).list_collaborations()["collaborationList"]


def test_latency_delays_the_reply(world):
    world.fault("ListCollaborations", "latency", milliseconds=150)
    start = time.monotonic()
    lists(world)
    assert time.monotonic() - start >= 0.15
    equal(world.admin("GET", "faults"), {"faults": []})


def test_latencies_add_up_and_go_with_other_faults(world):
    world.fault("*", "latency", milliseconds=60)
    world.fault("ListCollaborations", "latency", milliseconds=60)
    world.fault("*", "throttle")
    start = time.monotonic()
    with refused("ThrottlingException"):
        lists(world)
    assert time.monotonic() - start >= 0.12


def test_a_delayed_call_holds_nobody_up(world):
    import threading

    world.fault("ListMemberships", "latency", milliseconds=1500)
    slow = threading.Thread(target=world.owner.list_memberships)
    start = time.monotonic()
    slow.start()
    while world.admin("GET", "faults")["faults"]:
        assert time.monotonic() - start < 10, "the fault never happened"
    lists(world)
    assert time.monotonic() - start < 1.5
    slow.join()
    assert time.monotonic() - start >= 1.5


def test_throttling(world):
    world.fault("ListCollaborations", "throttle")
    with refused("ThrottlingException"):
        lists(world)
    lists(world)


def test_server_errors(world):
    for kind, code, status in (
        ("internal_error", "InternalServerException", 500),
        ("bad_gateway", "BadGatewayException", 502),
        ("unavailable", "ServiceUnavailableException", 503),
    ):
        world.fault("CreateCollaboration", kind)
        with refused(code) as error:
            world.collaboration()
        equal(error["ResponseMetadata"]["HTTPStatusCode"], status)
    equal(lists(world), [])


def test_a_reset_connection_has_changed_nothing(world):
    world.fault("CreateCollaboration", "reset_before")
    try:
        world.collaboration()
        raise AssertionError("the connection should have been reset")
    except ConnectionClosedError as err:
        assert "reset by peer" in str(err).lower() or "reset" in repr(err.__context__).lower(), repr(err.__context__)
    equal(lists(world), [])
    entry = world.journal()[0]
    equal((entry["operation"], entry["fault"], entry["status"]), ("CreateCollaboration", "reset_before", None))


def test_a_lost_reply_has_changed_something(world):
    world.fault("CreateCollaboration", "reply_lost")
    try:
        world.collaboration(name="orphan")
        raise AssertionError("the reply should have been lost")
    except ConnectionClosedError:
        pass
    (made,) = lists(world)
    equal(made["name"], "orphan")
    entry = world.journal()[0]
    equal((entry["operation"], entry["fault"], entry["status"]), ("CreateCollaboration", "reply_lost", 200))
    equal(entry["response"]["collaboration"]["id"], made["id"])


def test_a_distorted_reply_has_changed_something(world):
    before = len(lists(world))
    world.fault("CreateConfiguredTable", "distorted", **{"as": "page"})
    # boto3 takes a page for a reply without members, or stops at it.
    with contextlib.suppress(KeyError, ResponseParserError):
        raise AssertionError(f"a page was read as {table(world)}")
    tables = world.owner.list_configured_tables()["configuredTableSummaries"]
    equal(len(tables), 1)
    world.fault("GetConfiguredTable", "distorted", **{"as": "of_another"})
    got = world.owner.get_configured_table(configuredTableIdentifier=tables[0]["id"])
    assert got["configuredTable"]["id"] != tables[0]["id"]
    world.fault("ListCollaborations", "distorted", **{"as": "no_request_id"})
    reply = world.owner.list_collaborations()
    assert not reply["ResponseMetadata"].get("RequestId")
    equal(len(reply["collaborationList"]), before)


def test_denial_has_the_words_of_iam_and_no_reason(world):
    made = world.collaboration()
    world.fault("GetCollaboration", "access_denied")
    with refused("AccessDeniedException") as error:
        world.owner.get_collaboration(collaborationIdentifier=made["id"])
    equal(
        error["Error"]["Message"],
        f"User: arn:aws:iam::{OWNER}:user/sandbox is not authorized to perform: "
        f"cleanrooms:GetCollaboration on resource: {made['arn']}",
    )
    assert "reason" not in error, error
    world.fault("ListCollaborations", "access_denied")
    with refused("AccessDeniedException") as error:
        lists(world)
    assert error["Error"]["Message"].endswith("cleanrooms:ListCollaborations on resource: *"), error


def test_a_new_role_takes_a_while(world):
    made = world.collaboration()
    world.fault("CreateMembership", "iam_synchronization_delay", count=2)
    for _ in range(2):
        with refused("ValidationException", "IAM_SYNCHRONIZATION_DELAY"):
            world.join(world.owner, made)
    world.join(world.owner, made)


def test_a_new_object_takes_a_while_to_appear(world):
    world.fault("CreateCollaboration", "not_yet_visible", reads=2)
    made = world.collaboration()
    identifier = {"collaborationIdentifier": made["id"]}
    with denied():
        world.owner.get_collaboration(**identifier)
    equal(lists(world), [])
    equal(world.owner.get_collaboration(**identifier)["collaboration"]["id"], made["id"])
    equal(len(lists(world)), 1)


def test_every_kind_of_object_can_take_a_while(world):
    made, ours, _ = world.joined()
    world.fault("CreateMembership", "not_yet_visible", reads=1)
    other = world.collaboration()
    hidden = world.join(world.owner, other)
    get = lambda: world.owner.get_membership(membershipIdentifier=hidden["id"])
    with refused("ResourceNotFoundException"):
        get()
    get()
    world.fault("CreateCollaborationChangeRequest", "not_yet_visible", reads=1)
    request = world.request(made, member_change(THIRD, displayName="third"))
    get = lambda: world.owner.get_collaboration_change_request(
        collaborationIdentifier=made["id"], changeRequestIdentifier=request["id"]
    )
    with refused("ResourceNotFoundException"):
        get()
    get()
    world.fault("StartProtectedQuery", "not_yet_visible", reads=1)
    query = world.owner.start_protected_query(
        type="SQL", membershipIdentifier=ours["id"], sqlParameters={"queryString": "x"}
    )["protectedQuery"]
    get = lambda: world.owner.get_protected_query(
        membershipIdentifier=ours["id"], protectedQueryIdentifier=query["id"]
    )
    with refused("ResourceNotFoundException"):
        get()
    get()


def test_faults_skip_count_and_end(world):
    world.fault("ListCollaborations", "throttle", skip=1, count=2)
    outcomes = []
    for _ in range(4):
        try:
            lists(world)
            outcomes.append("ok")
        except ClientError as err:
            outcomes.append(err.response["Error"]["Code"])
    equal(outcomes, ["ok", "ThrottlingException", "ThrottlingException", "ok"])


def test_faults_are_for_one_operation_and_account(world):
    world.fault("ListMemberships", "throttle", account=PARTNER)
    lists(world, world.partner)
    world.owner.list_memberships()
    with refused("ThrottlingException"):
        world.partner.list_memberships()


def test_a_fault_without_count_lasts_until_it_is_cleared(world):
    world.fault("*", "throttle", count=None)
    for _ in range(3):
        with refused("ThrottlingException"):
            lists(world)
    (left,) = world.admin("GET", "faults")["faults"]
    equal((left["operation"], left["count"], left["fault"]), ("*", None, {"kind": "throttle"}))
    world.admin("DELETE", "faults")
    lists(world)


def test_faults_happen_in_the_order_in_which_they_were_asked_for(world):
    world.fault("ListCollaborations", "throttle")
    world.fault("ListCollaborations", "internal_error", count=2)
    (first, second) = world.admin("GET", "faults")["faults"]
    equal((first["fault"]["kind"], second["count"]), ("throttle", 2))
    with refused("ThrottlingException"):
        lists(world)
    (second,) = world.admin("GET", "faults")["faults"]
    equal((second["fault"]["kind"], second["count"]), ("internal_error", 2))
    with refused("InternalServerException"):
        lists(world)


def test_boto3_tries_again_and_gets_through(world):
    import botocore.session

    client = botocore.session.Session().create_client(
        "cleanrooms",
        region_name=REGION,
        endpoint_url=world.url,
        aws_access_key_id=OWNER,
        aws_secret_access_key="any",
        config=Config(retries={"mode": "standard", "total_max_attempts": 3}),
    )
    world.fault("ListCollaborations", "throttle")
    equal(client.list_collaborations()["ResponseMetadata"]["RetryAttempts"], 1)
    world.fault("CreateCollaboration", "reply_lost")
    world.collaboration(client, name="twice")
    equal([entry["name"] for entry in lists(world)], ["twice", "twice"])


def test_what_was_deleted_may_still_be_visible(world):
    made, ours, theirs = world.joined()
    world.fault("DeleteMembership", "still_visible", reads=2)
    get = lambda: world.partner.get_membership(membershipIdentifier=theirs["id"])["membership"]
    world.partner.delete_membership(membershipIdentifier=theirs["id"])
    equal(get()["status"], "ACTIVE")
    (listed,) = world.partner.list_memberships()["membershipSummaries"]
    equal(listed["id"], theirs["id"])
    with refused("ResourceNotFoundException"):
        get()
    equal(world.partner.list_memberships()["membershipSummaries"], [])


def test_a_deleted_collaboration_may_still_be_listed(world):
    made = world.collaboration(tags={"a": "b"})
    world.fault("DeleteCollaboration", "still_visible", reads=3)
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    equal([one["id"] for one in lists(world)], [made["id"]])
    tags = world.owner.list_tags_for_resource(resourceArn=made["arn"])["tags"]
    equal(tags, {"a": "b"})
    get = lambda: world.owner.get_collaboration(collaborationIdentifier=made["id"])
    get()
    with denied():
        get()
    equal(lists(world), [])
    # It is gone for everything but looking.
    equal(world.admin("GET", "objects"), {"objects": []})


def test_a_table_that_is_gone_takes_no_quota(world):
    world.quota(configured_tables_per_account=1)
    made = table(world)
    world.fault("DeleteConfiguredTable", "still_visible", reads=1)
    world.owner.delete_configured_table(configuredTableIdentifier=made["id"])
    table(world)
    world.owner.get_configured_table(configuredTableIdentifier=made["id"])
    with refused("ResourceNotFoundException"):
        world.owner.get_configured_table(configuredTableIdentifier=made["id"])
