"""What the tests share: clients for any account, raw requests, the admin path."""

import contextlib
import http.client
import json
import urllib.parse

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

OWNER = "111122223333"
PARTNER = "444455556666"
THIRD = "777788889999"
STRANGER = "000000000042"
REGION = "us-east-1"
ABSENT = "00000000-0000-4000-8000-000000000000"
ROLE = "arn:aws:iam::444455556666:role/service-role/cleanrooms-results"


class Reply:
    """A raw HTTP reply."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.text = response.read().decode()

    @property
    def body(self):
        return json.loads(self.text)

    @property
    def code(self):
        return self.headers.get("x-amzn-errortype")


class World:
    """One sandbox, empty at the start of each test."""

    def __init__(self, url):
        self.url = url
        self.session = botocore.session.Session()
        self.clients = {}

    def reset(self):
        self.admin("POST", "reset")

    # Clients

    def client(self, account=OWNER, region=REGION, service="cleanrooms", credentials=None):
        """A boto3 client that neither checks parameters nor tries again."""
        key = (account, region, service, str(credentials))
        if key not in self.clients:
            credentials = credentials or {"AccessKeyId": account, "SecretAccessKey": "any"}
            self.clients[key] = self.session.create_client(
                service,
                region_name=region,
                endpoint_url=self.url,
                aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"],
                aws_session_token=credentials.get("SessionToken"),
                config=Config(
                    parameter_validation=False,
                    retries={"total_max_attempts": 1},
                    read_timeout=20,
                ),
            )
        return self.clients[key]

    @property
    def owner(self):
        return self.client(OWNER)

    @property
    def partner(self):
        return self.client(PARTNER)

    @property
    def third(self):
        return self.client(THIRD)

    @property
    def stranger(self):
        return self.client(STRANGER)

    # Raw requests

    def raw(
        self,
        method,
        path,
        body=None,
        account=OWNER,
        region=REGION,
        service="cleanrooms",
        headers=None,
        sign=True,
    ):
        """Sends bytes, text or JSON as they are, signed unless told otherwise."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        data = body.encode() if isinstance(body, str) else body or b""
        # Signing needs a path without what the URL itself could not hold.
        request = AWSRequest(method=method, url=self.url + "/", data=data)
        if sign:
            SigV4Auth(Credentials(account, "any"), service, region).add_auth(request)
        sent = dict(request.headers.items())
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        return self.send(method, path, data, sent)

    def send(self, method, path, data=b"", headers=None):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, body=data, headers=headers or {})
            return Reply(connection.getresponse())

    # The admin path

    def admin(self, method, path, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        reply = self.send(method, f"/_sandbox/{path}", data)
        assert reply.status == 200, (reply.status, reply.text)
        return reply.body

    def switch(self, **switches):
        self.admin("PATCH", "switches", switches)

    def quota(self, **quotas):
        self.admin("PATCH", "quotas", quotas)

    def fault(self, operation, kind, count=1, skip=0, account=None, **settings):
        self.admin(
            "POST",
            "faults",
            {
                "operation": operation,
                "account": account,
                "count": count,
                "skip": skip,
                "fault": {"kind": kind, **settings},
            },
        )

    def journal(self):
        return self.admin("GET", "journal")["calls"]

    # Things that most tests need

    def collaboration(self, client=None, members=(), abilities=("CAN_QUERY",), **settings):
        """Makes a collaboration of the owner, and gives it."""
        settings.setdefault("name", "collaboration")
        settings.setdefault("queryLogStatus", "DISABLED")
        settings.setdefault("creatorDisplayName", "owner")
        reply = (client or self.owner).create_collaboration(
            members=list(members), creatorMemberAbilities=list(abilities), **settings
        )
        return reply["collaboration"]

    def join(self, client, collaboration, **settings):
        """Joins a collaboration, and gives the membership."""
        settings.setdefault("queryLogStatus", "DISABLED")
        return client.create_membership(
            collaborationIdentifier=collaboration["id"], **settings
        )["membership"]

    def joined(self, *abilities, payment=None, **settings):
        """A collaboration that owner and partner have joined, and both memberships."""
        collaboration = self.collaboration(
            members=[member(PARTNER, *abilities, payment=payment)], **settings
        )
        ours = self.join(self.owner, collaboration)
        theirs = self.join(
            self.partner, collaboration, **({"paymentConfiguration": payment} if payment else {})
        )
        return collaboration, ours, theirs

    def members(self, collaboration, client=None):
        """The member summaries by account."""
        reply = (client or self.owner).list_members(collaborationIdentifier=collaboration["id"])
        return {entry["accountId"]: entry for entry in reply["memberSummaries"]}

    def request(self, collaboration, *changes, client=None):
        """Files a change request, and gives it."""
        return (client or self.owner).create_collaboration_change_request(
            collaborationIdentifier=collaboration["id"], changes=list(changes)
        )["collaborationChangeRequest"]

    def act(self, client, request, action):
        """Acts on a change request, and gives it."""
        return client.update_collaboration_change_request(
            collaborationIdentifier=request["collaborationId"],
            changeRequestIdentifier=request["id"],
            action=action,
        )["collaborationChangeRequest"]


class Moto(World):
    """A moto server, which has no admin path of ours."""

    def reset(self):
        reply = self.send("POST", "/moto-api/reset")
        assert reply.status == 200, reply.status


def member(account, *abilities, payment=None, **settings):
    """A member of a create request."""
    settings.setdefault("displayName", f"member {account}")
    if payment is not None:
        settings["paymentConfiguration"] = payment
    return {"accountId": account, "memberAbilities": list(abilities), **settings}


def member_change(account, *abilities, **settings):
    """A change of a member."""
    specification = {"accountId": account, "memberAbilities": list(abilities), **settings}
    return {"specificationType": "MEMBER", "specification": {"member": specification}}


def collaboration_change(*types):
    """A change of the auto-approved types."""
    specification = {"autoApprovedChangeTypes": list(types)}
    return {
        "specificationType": "COLLABORATION",
        "specification": {"collaboration": specification},
    }


def pays(query=None, job=None, training=None, inference=None, synthetic=None):
    """A payment configuration with the flags that are given."""
    block = lambda flag: {"isResponsible": flag}
    configuration = {}
    if query is not None:
        configuration["queryCompute"] = block(query)
    if job is not None:
        configuration["jobCompute"] = block(job)
    learning = {
        "modelTraining": training,
        "modelInference": inference,
        "syntheticDataGeneration": synthetic,
    }
    learning = {name: block(flag) for name, flag in learning.items() if flag is not None}
    if learning:
        configuration["machineLearning"] = learning
    return configuration


def shown(query=False, job=False, training=False, inference=False, synthetic=False):
    """A payment configuration as replies have it, where whatever was not set is false."""
    return pays(query, job, training, inference, synthetic)


def query_results(bucket="results", **settings):
    """A default result configuration of queries."""
    return {"outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": bucket, **settings}}}


def shown_results(bucket="results", **settings):
    """The same as replies have it."""
    return query_results(bucket, **{"singleFileOutput": False, **settings})


STATUS = {
    "ValidationException": 400,
    "ServiceQuotaExceededException": 402,
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ConflictException": 409,
    "ThrottlingException": 429,
    "InternalServerException": 500,
}


@contextlib.contextmanager
def refused(code, reason=None, field=None, **members):
    """The block must be refused with this code, and with these members of the exception."""
    seen = {}
    try:
        yield seen
    except ClientError as err:
        seen.update(err.response)
        assert err.response["Error"]["Code"] == code, err.response
        status = err.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status == STATUS.get(code, status), err.response
        if reason is not None:
            assert err.response.get("reason") == reason, err.response
        if field is not None:
            names = [entry["name"] for entry in err.response.get("fieldList", [])]
            assert field in names, (field, err.response)
        for name, value in members.items():
            assert err.response.get(name) == value, (name, value, err.response)
    else:
        raise AssertionError(f"{code} was expected")


def invalid(field=None):
    """The shape of the request must be refused, with this field among others."""
    return refused("ValidationException", "FIELD_VALIDATION_FAILED", field)


def misconfigured(field=None):
    """The content of the request must be refused, for this field."""
    return refused("ValidationException", "INVALID_CONFIGURATION", field)


def denied():
    """The caller must be refused."""
    return refused("AccessDeniedException", "INSUFFICIENT_PERMISSIONS")


def equal(found, wanted):
    assert found == wanted, f"\n found: {found}\nwanted: {wanted}"
