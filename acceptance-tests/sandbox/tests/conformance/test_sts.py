"""STS: who am I, and roles of other accounts."""

from world import *

ROLE_ARN = f"arn:aws:iam::{PARTNER}:role/path/admin"


def assume(world, client=None, **settings):
    settings = {"RoleArn": ROLE_ARN, "RoleSessionName": "session", **settings}
    return (client or world.client(service="sts")).assume_role(**settings)


def test_an_account_knows_itself(world):
    found = world.client(THIRD, "eu-west-1", "sts").get_caller_identity()
    equal(found["Account"], THIRD)
    equal(found["Arn"], f"arn:aws:iam::{THIRD}:user/sandbox")
    assert found["UserId"].startswith("AIDA"), found


def test_credentials_of_a_role_belong_to_its_account(world):
    made = world.collaboration(members=[member(PARTNER)])
    reply = assume(world)
    equal(reply["AssumedRoleUser"]["Arn"], f"arn:aws:sts::{PARTNER}:assumed-role/admin/session")
    credentials = reply["Credentials"]
    found = world.client(service="sts", credentials=credentials).get_caller_identity()
    equal((found["Account"], found["Arn"]), (PARTNER, reply["AssumedRoleUser"]["Arn"]))
    equal(found["UserId"], reply["AssumedRoleUser"]["AssumedRoleId"])
    membership = world.join(world.client(credentials=credentials), made)
    assert f":{PARTNER}:membership/" in membership["arn"], membership
    got = world.partner.get_membership(membershipIdentifier=membership["id"])["membership"]
    equal(got["id"], membership["id"])


def test_roles_can_be_chained(world):
    first = assume(world)["Credentials"]
    chained = assume(
        world,
        world.client(service="sts", credentials=first),
        RoleArn=f"arn:aws:iam::{THIRD}:role/other",
    )["Credentials"]
    found = world.client(service="sts", credentials=chained).get_caller_identity()
    equal(found["Account"], THIRD)


def test_a_session_lasts_as_long_as_asked(world):
    import datetime

    now = datetime.datetime.now(datetime.timezone.utc)
    for settings, seconds in (({}, 3600), ({"DurationSeconds": 900}, 900)):
        expiration = assume(world, **settings)["Credentials"]["Expiration"]
        assert abs((expiration - now).total_seconds() - seconds) < 10, expiration


def test_temporary_credentials_need_their_token(world):
    credentials = assume(world)["Credentials"]
    for token in (None, "another"):
        changed = {**credentials, "SessionToken": token}
        with refused("UnrecognizedClientException") as error:
            world.client(credentials=changed).list_collaborations()
        equal(error["ResponseMetadata"]["HTTPStatusCode"], 403)
    with refused("UnrecognizedClientException"):
        world.client(
            credentials={"AccessKeyId": OWNER, "SecretAccessKey": "x", "SessionToken": "x"}
        ).list_collaborations()


def test_errors_are_of_sts(world):
    unknown = {"AccessKeyId": "AKIAX", "SecretAccessKey": "x"}
    with refused("InvalidClientTokenId") as error:
        world.client(service="sts", credentials=unknown).get_caller_identity()
    equal(error["ResponseMetadata"]["HTTPStatusCode"], 403)
    for settings in (
        {"RoleArn": "arn:aws:iam::1:role/x"},
        {"RoleArn": f"arn:aws:iam::{PARTNER}:user/x"},
        {"RoleArn": f"arn:aws:iam::{PARTNER}:role/"},
        {"RoleArn": f"arn:aws:iam::{PARTNER}:role/<b>&</b>"},
        {"RoleSessionName": "x"},
        {"RoleSessionName": "a b"},
        {"RoleSessionName": "x" * 65},
        {"DurationSeconds": 899},
        {"DurationSeconds": 43201},
    ):
        with refused("ValidationError") as error:
            assume(world, **settings)
        equal(error["ResponseMetadata"]["HTTPStatusCode"], 400)
    for form, code in (
        (b"", "InvalidAction"),
        (b"Version=2011-06-15", "MissingAction"),
        (b"Action=GetSessionToken&Version=2011-06-15", "InvalidAction"),
    ):
        reply = world.raw("POST", "/", form, service="sts")
        equal((reply.status, reply.code), (400, code))
        assert f"<Code>{code}</Code>" in reply.text, reply.text


def test_calls_are_in_the_journal(world):
    assume(world)
    (entry,) = world.journal()
    equal((entry["operation"], entry["account"]), ("AssumeRole", OWNER))
    equal(entry["body"]["RoleArn"], ROLE_ARN)
    equal((entry["status"], entry["path"]), (200, "/"))


def test_faults_reach_sts(world):
    for kind, code in (
        ("access_denied", "AccessDenied"),
        ("throttle", "Throttling"),
        ("internal_error", "InternalFailure"),
    ):
        world.fault("AssumeRole", kind)
        with refused(code) as error:
            assume(world)
        if kind == "access_denied":
            equal(
                error["Error"]["Message"],
                f"User: arn:aws:iam::{OWNER}:user/sandbox is not authorized to perform: "
                f"sts:AssumeRole on resource: {ROLE_ARN}",
            )
    assume(world)
