"""HTTP: paths, methods, sizes, headers, signatures."""

import socket
import threading

from world import *


def test_unknown_paths_are_404(world):
    made = world.collaboration()
    for path in (
        "/nothing",
        "/collaborations/",
        f"/collaborations/{made['id']}/",
        f"/collaborations/{made['id']}/member",
        f"/collaborations/{made['id']}/members/{OWNER}",
        "/collaborations//members",
        "//collaborations",
        "/Collaborations",
    ):
        reply = world.raw("GET", path)
        equal((path, reply.status, reply.code), (path, 404, "UnknownOperationException"))


def test_wrong_methods_are_405_and_name_the_right_ones(world):
    for method, path, allowed in (
        ("PUT", "/collaborations", {"GET", "POST"}),
        ("DELETE", "/memberships", {"GET", "POST"}),
        ("POST", f"/collaborations/{ABSENT}", {"GET", "PATCH", "DELETE"}),
        ("GET", f"/collaborations/{ABSENT}/member/{OWNER}", {"DELETE"}),
        ("OPTIONS", "/tags/x", {"GET", "POST", "DELETE"}),
    ):
        reply = world.raw(method, path)
        equal((reply.status, reply.code), (405, "MethodNotAllowedException"))
        equal(set(reply.headers["allow"].split(", ")), allowed)
    equal(world.raw("PUT", "/", service="sts").status, 405)


def test_large_bodies_are_413(world):
    reply = world.raw("POST", "/collaborations", b"x" * ((4 << 20) + 1))
    equal((reply.status, reply.code), (413, "RequestEntityTooLargeException"))
    equal(world.raw("GET", "/collaborations").status, 200)


def test_labels_that_are_not_utf_8_are_400(world):
    for path in ("/collaborations/%ff", "/tags/%c3%28"):
        equal(world.raw("GET", path).status, 400)


def test_garbage_on_the_wire_stops_nothing(world):
    address = urllib.parse.urlsplit(world.url)
    for garbage in (b"\x16\x03\x01\x02\x00" * 50, b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n"):
        with socket.create_connection((address.hostname, address.port), timeout=10) as raw:
            raw.sendall(garbage)
            reply = raw.recv(4096)
            assert reply == b"" or reply.startswith(b"HTTP/1.1 400"), reply
    # A body that ends early.
    with socket.create_connection((address.hostname, address.port), timeout=10) as raw:
        raw.sendall(b"POST /collaborations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    equal(world.raw("GET", "/collaborations").status, 200)


def test_every_reply_has_a_request_id_and_a_date(world):
    seen = set()
    for reply in (
        world.raw("GET", "/collaborations"),
        world.raw("GET", f"/collaborations/{ABSENT}"),
        world.raw("GET", "/nothing"),
        world.raw("GET", "/collaborations", sign=False),
        world.raw("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", service="sts"),
    ):
        seen.add(reply.headers["x-amzn-requestid"])
        assert reply.headers["date"].endswith(" GMT"), reply.headers
        equal("x-amzn-errortype" in reply.headers, reply.status != 200)
    equal(len(seen), 5)


def test_timestamps_are_seconds_as_numbers(world):
    made = world.collaboration()
    body = world.raw("GET", f"/collaborations/{made['id']}").body["collaboration"]
    assert isinstance(body["createTime"], (int, float)), body
    equal(round(made["createTime"].timestamp(), 3), body["createTime"])


def test_an_unsigned_request_is_refused(world):
    reply = world.raw("GET", "/collaborations", sign=False)
    equal((reply.status, reply.code), (403, "MissingAuthenticationTokenException"))


def signed(world, **changes):
    """The headers of a signed request, and a way to send others."""
    request = AWSRequest(method="GET", url=world.url + "/collaborations")
    SigV4Auth(Credentials(OWNER, "any"), "cleanrooms", REGION).add_auth(request)
    return dict(request.headers.items())


def test_a_malformed_signature_is_refused(world):
    headers = signed(world)
    good = headers["Authorization"]
    equal(world.send("GET", "/collaborations", headers=headers).status, 200)
    date = headers["X-Amz-Date"]
    for authorization in (
        "",
        "Bearer token",
        "AWS4-HMAC-SHA256",
        good.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        good.replace("Credential=", "Crdential="),
        good.replace("SignedHeaders=", "Signed="),
        good.replace("host;", ""),
        good.replace("Signature=", "Signature=x"),
        good[:-1],
        good.replace("/aws4_request", ""),
        good.replace("/aws4_request", "/aws3_request"),
        good.replace(OWNER + "/", ""),
        good.replace(f"{REGION}/", f"{REGION}/x/"),
    ):
        reply = world.send("GET", "/collaborations", headers={**headers, "Authorization": authorization})
        equal((authorization, reply.status), (authorization, 403))
        equal(reply.code, "IncompleteSignatureException")
    for time in (None, "", "today", date[:-1], date.replace("T", "t")):
        changed = {**headers, "X-Amz-Date": time}
        if time is None:
            del changed["X-Amz-Date"]
        reply = world.send("GET", "/collaborations", headers=changed)
        equal((reply.status, reply.code), (403, "IncompleteSignatureException"))


def test_a_signature_for_something_else_is_refused(world):
    headers = signed(world)
    good = headers["Authorization"]
    for authorization in (
        good.replace("/cleanrooms/", "/s3/"),
        good.replace(f"/{REGION}/", "/moon/"),
        good.replace(f"/{REGION}/", "/us-gov-west-1/"),
        good.replace(headers["X-Amz-Date"][:8], "20200101"),
    ):
        reply = world.send("GET", "/collaborations", headers={**headers, "Authorization": authorization})
        equal((reply.status, reply.code), (403, "InvalidSignatureException"))


def test_other_access_keys_are_not_recognized(world):
    for key in ("AKIAIOSFODNN7EXAMPLE", "11112222333", "1111222233334", "11112222333x", "ASIA0000000000000099"):
        reply = world.raw("GET", "/collaborations", account=key)
        equal((reply.status, reply.code), (403, "UnrecognizedClientException"))


def test_signatures_come_before_routing_and_shapes(world):
    equal(world.raw("GET", "/nothing", sign=False).code, "MissingAuthenticationTokenException")
    equal(world.raw("POST", "/collaborations", b"{", account="x").code, "UnrecognizedClientException")


def test_64_connections_at_once(world):
    barrier = threading.Barrier(64)
    failures = []

    def call(index):
        try:
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(world.url).netloc, timeout=20)
            connection.connect()
            barrier.wait()
            connection.request("GET", "/collaborations", headers=headers)
            equal(connection.getresponse().status, 200)
            barrier.wait()
            connection.close()
        except Exception as err:
            failures.append(err)

    headers = signed(world)
    threads = [threading.Thread(target=call, args=(index,)) for index in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(failures, [])
    found = world.admin("GET", "connections")
    assert found["peak"] >= 64 and found["accepted"] >= 64, found


def test_the_journal_tells_what_was_called(world):
    made = world.collaboration(tags={"a": "b"})
    with denied():
        world.stranger.get_collaboration(collaborationIdentifier=made["id"])
    world.client(OWNER, "eu-west-1").list_collaborations(maxResults=5, memberStatus="ACTIVE")
    created, failed, listed = world.journal()
    equal([created["sequence"], failed["sequence"], listed["sequence"]], [1, 2, 3])
    equal((created["account"], created["region"]), (OWNER, REGION))
    equal((created["operation"], created["method"]), ("CreateCollaboration", "POST"))
    equal((created["path"], created["query"]), ("/collaborations", {}))
    equal(created["body"]["tags"], {"a": "b"})
    equal((created["status"], created["error"]), (200, None))
    equal(created["response"]["collaboration"]["id"], made["id"])
    assert created["user_agent"].startswith("Boto"), created["user_agent"]
    assert created["connection"] >= 1
    equal((failed["account"], failed["status"]), (STRANGER, 403))
    equal((failed["error"], failed["path"]), ("AccessDeniedException", f"/collaborations/{made['id']}"))
    equal((listed["region"], listed["query"]), ("eu-west-1", {"maxResults": "5", "memberStatus": "ACTIVE"}))
    world.admin("DELETE", "journal")
    equal(world.journal(), [])


def test_the_journal_has_refused_requests_too(world):
    world.raw("GET", "/nothing")
    world.raw("GET", "/collaborations", sign=False)
    unknown, unsigned = world.journal()
    equal((unknown["operation"], unknown["status"], unknown["account"]), (None, 404, OWNER))
    equal((unsigned["account"], unsigned["error"]), (None, "MissingAuthenticationTokenException"))


def test_bad_admin_requests_are_refused(world):
    for method, path, body, status in (
        ("GET", "nothing", b"", 404),
        ("PUT", "switches", b"{}", 405),
        ("PATCH", "switches", b"{", 400),
        ("PATCH", "switches", b"[]", 400),
        ("PATCH", "switches", b'{"no_such_switch": true}', 400),
        ("PATCH", "switches", b'{"invited_accounts_vote": "maybe"}', 400),
        ("PATCH", "switches", b'{"default_page_size": 0}', 400),
        ("PATCH", "quotas", b'{"memberships_per_account": -1}', 400),
        ("POST", "faults", b'{"operation": "Nothing", "fault": {"kind": "throttle"}}', 400),
        ("POST", "faults", b'{"operation": "*", "fault": {"kind": "nothing"}}', 400),
        ("POST", "faults", b'{"operation": "*", "fault": {"kind": "latency"}}', 400),
        ("POST", "faults", b'{"operation": "*", "fault": {"kind": "throttle", "reads": 1}}', 400),
        ("POST", "sub_resources", b'{"membershipIdentifier": "x", "resources": []}', 400),
    ):
        reply = world.send(method, f"/_sandbox/{path}", body)
        equal((method, path, body, reply.status), (method, path, body, status))
        assert reply.body["message"], reply.text
    before = world.admin("GET", "switches")
    equal(before["invited_accounts_vote"], False)


def test_a_reset_forgets_everything(world):
    world.collaboration()
    world.switch(invited_accounts_vote=True)
    world.quota(memberships_per_account=1)
    world.fault("*", "throttle", count=None)
    world.admin("POST", "reset")
    equal(world.journal(), [])
    equal(world.owner.list_collaborations()["collaborationList"], [])
    equal(world.admin("GET", "switches")["invited_accounts_vote"], False)
    equal(world.admin("GET", "quotas")["memberships_per_account"], 500)
    equal(world.admin("GET", "faults"), {"faults": []})
