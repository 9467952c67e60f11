"""The shape of requests: types, lengths, patterns, enums, unions, required members."""

from world import *

UPPER = "C011AB00-0000-4000-8000-000000000001"


def create(**changes):
    """The body of a create request that is right but for these changes."""
    body = {
        "name": "name",
        "members": [],
        "creatorMemberAbilities": [],
        "creatorDisplayName": "owner",
        "queryLogStatus": "DISABLED",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not ...}


def fields(reply):
    """The names in the field list of a refusal."""
    equal((reply.status, reply.code), (400, "ValidationException"))
    equal(reply.body["reason"], "FIELD_VALIDATION_FAILED")
    return [entry["name"] for entry in reply.body["fieldList"]]


def check_create(world, cases):
    for changes, field in cases:
        equal(fields(world.raw("POST", "/collaborations", create(**changes))), [field])


def accept_create(world, cases):
    world.quota(collaborations_created_per_account=100, members_invited_per_collaboration=100)
    for changes in cases:
        reply = world.raw("POST", "/collaborations", create(**changes))
        equal((changes, reply.status), (changes, 200))


def test_required_members(world):
    for name in create():
        reply = world.raw("POST", "/collaborations", create(**{name: ...}))
        equal(fields(reply), [name])
        reply = world.raw("POST", "/collaborations", create(**{name: None}))
        equal(fields(reply), [name])
    equal(fields(world.raw("POST", "/memberships")), ["collaborationIdentifier", "queryLogStatus"])


def test_names_have_1_to_100_characters(world):
    for name in ("name", "creatorDisplayName"):
        check_create(world, [({name: "x" * 101}, name), ({name: "é" * 101}, name)])
        accept_create(world, [{name: "x"}, {name: "x" * 100}, {name: "é" * 100}])


def test_names_are_text_on_one_line(world):
    for name in ("name", "creatorDisplayName"):
        bad = [" ", "\t \t", "a\nb", "a\rb", "a\u0000b", "a\u000bb", "\ufffe", "smile 😀"]
        check_create(world, [({name: text}, name) for text in bad])
        accept_create(world, [{name: text} for text in ("a\tb", " a ", "é ß 日本", "\ufffd")])


def test_descriptions_have_up_to_255_characters(world):
    bad = ["x" * 256, " ", "\r\n", "a\u0007", "😀"]
    check_create(world, [({"description": text}, "description") for text in bad])
    accept_create(
        world, [{"description": text} for text in ("", "x" * 255, "a\r\n\tb", "日" * 255)]
    )


def test_account_ids_have_12_digits(world):
    cases = []
    for account in ("1" * 11, "1" * 13, "12345678901a", "", "１" * 12):
        bad = {"accountId": account, "memberAbilities": [], "displayName": "x"}
        cases.append(({"members": [bad]}, "members[0].accountId"))
    for changes, field in cases:
        found = fields(world.raw("POST", "/collaborations", create(**changes)))
        equal(set(found), {field})
    accept_create(world, [{"members": [member("000000000001")]}])


def test_identifiers_are_lower_case_uuids(world):
    for bad in (UPPER, "x", ABSENT + "0", ABSENT.replace("-", "0")):
        for method, path, field in (
            ("GET", f"/collaborations/{bad}", "collaborationIdentifier"),
            ("DELETE", f"/memberships/{bad}", "membershipIdentifier"),
            ("GET", f"/collaborations/{ABSENT}/changeRequests/{bad}", "changeRequestIdentifier"),
            ("GET", f"/memberships/{ABSENT}/protectedQueries/{bad}", "protectedQueryIdentifier"),
            ("GET", f"/memberships/{ABSENT}/protectedJobs/{bad}", "protectedJobIdentifier"),
        ):
            equal(set(fields(world.raw(method, path))), {field})
    arn = f"arn%3Aaws%3Acleanrooms%3Aus-east-1%3A{OWNER}%3Acollaboration%2F{ABSENT}"
    equal(set(fields(world.raw("GET", f"/collaborations/{arn}"))), {"collaborationIdentifier"})
    body = {"collaborationIdentifier": UPPER, "queryLogStatus": "DISABLED"}
    equal(fields(world.raw("POST", "/memberships", body)), ["collaborationIdentifier"])


def membership_fields(world, **changes):
    body = {"collaborationIdentifier": ABSENT, "queryLogStatus": "DISABLED", **changes}
    reply = world.raw("POST", "/memberships", body)
    return [] if reply.status == 404 else fields(reply)


def test_buckets_are_dns_style(world):
    where = "outputConfiguration.s3.bucket"
    for bucket in ("ab", "a" * 64, "Results", "a_b", "-ab", "ab-", "a..b", ".ab", "1.2.3", "a b", "abc\n"):
        found = membership_fields(world, defaultResultConfiguration=query_results(bucket))
        equal((bucket, set(found)), (bucket, {f"defaultResultConfiguration.{where}"}))
        output = {"outputConfiguration": {"s3": {"bucket": bucket}}, "roleArn": ROLE}
        found = membership_fields(world, defaultJobResultConfiguration=output)
        equal((bucket, set(found)), (bucket, {f"defaultJobResultConfiguration.{where}"}))
    for bucket in ("abc", "a" * 63, "a.b-c.1", "123", "1.2.a", "a--b"):
        equal(membership_fields(world, defaultResultConfiguration=query_results(bucket)), [])


def test_key_prefixes_have_few_characters(world):
    field = "defaultResultConfiguration.outputConfiguration.s3.keyPrefix"
    for prefix in ("a b", "a+b", "a:b", "a@b", "é", "x" * 513):
        configuration = query_results(keyPrefix=prefix)
        equal(membership_fields(world, defaultResultConfiguration=configuration), [field])
    for prefix in ("", "a/b_c!.=*-", "x" * 512):
        configuration = query_results(keyPrefix=prefix)
        equal(membership_fields(world, defaultResultConfiguration=configuration), [])


def test_role_arns_are_of_the_aws_partition(world):
    field = "defaultResultConfiguration.roleArn"
    for arn in (
        "arn:aws:iam::1:role/short",
        ROLE.replace("arn:aws:", "arn:aws-cn:"),
        ROLE.replace("role", "user"),
        ROLE + " ",
        ROLE + "x" * 512,
    ):
        configuration = {**query_results(), "roleArn": arn}
        equal(set(membership_fields(world, defaultResultConfiguration=configuration)), {field})
    configuration = {**query_results(), "roleArn": "arn:aws:iam::111122223333:role/a+b=c.d@e-f/g"}
    equal(membership_fields(world, defaultResultConfiguration=configuration), [])


def test_enums_are_closed(world):
    check_create(
        world,
        [
            ({"queryLogStatus": "enabled"}, "queryLogStatus"),
            ({"jobLogStatus": ""}, "jobLogStatus"),
            ({"analyticsEngine": "PRESTO"}, "analyticsEngine"),
            ({"creatorMemberAbilities": ["CAN_DO"]}, "creatorMemberAbilities[0]"),
            ({"autoApprovedChangeRequestTypes": ["ADD_PAYER_CANDIDATE"]}, "autoApprovedChangeRequestTypes[0]"),
            ({"allowedResultRegions": ["us-east-1", "moon-1"]}, "allowedResultRegions[1]"),
            (
                {"creatorMLMemberAbilities": {"customMLMemberAbilities": ["CAN_QUERY"]}},
                "creatorMLMemberAbilities.customMLMemberAbilities[0]",
            ),
        ],
    )
    configuration = {"outputConfiguration": {"s3": {"resultFormat": "ORC", "bucket": "abc"}}}
    equal(
        membership_fields(world, defaultResultConfiguration=configuration),
        ["defaultResultConfiguration.outputConfiguration.s3.resultFormat"],
    )


def test_types_are_not_converted(world):
    check_create(
        world,
        [
            ({"name": 1}, "name"),
            ({"members": {}}, "members"),
            ({"members": ["x"]}, "members[0]"),
            ({"creatorMemberAbilities": "CAN_QUERY"}, "creatorMemberAbilities"),
            ({"isMetricsEnabled": "true"}, "isMetricsEnabled"),
            ({"isMetricsEnabled": 1}, "isMetricsEnabled"),
            ({"tags": []}, "tags"),
            ({"tags": {"k": 1}}, "tags.k"),
            ({"dataEncryptionMetadata": "x"}, "dataEncryptionMetadata"),
            (
                {"creatorPaymentConfiguration": {"queryCompute": {"isResponsible": "yes"}}},
                "creatorPaymentConfiguration.queryCompute.isResponsible",
            ),
        ],
    )


def test_null_is_absent_in_objects_and_wrong_in_lists(world):
    accept_create(world, [{"description": None, "tags": None}])
    made = world.collaboration(abilities=["CAN_RECEIVE_RESULTS"])
    body = {
        "collaborationIdentifier": made["id"],
        "queryLogStatus": "DISABLED",
        "defaultResultConfiguration": {**query_results(keyPrefix=None), "roleArn": None},
    }
    reply = world.raw("POST", "/memberships", body)
    equal(reply.body["membership"]["defaultResultConfiguration"], shown_results())
    check_create(
        world,
        [
            ({"creatorMemberAbilities": [None]}, "creatorMemberAbilities[0]"),
            ({"members": [None]}, "members[0]"),
            ({"tags": {"k": None}}, "tags.k"),
        ],
    )


def test_payment_blocks_are_complete(world):
    where = "creatorPaymentConfiguration"
    check_create(
        world,
        [
            ({where: {}}, f"{where}.queryCompute"),
            ({where: {"queryCompute": {}}}, f"{where}.queryCompute.isResponsible"),
            (
                {where: {**pays(query=True), "machineLearning": {"modelTraining": {}}}},
                f"{where}.machineLearning.modelTraining.isResponsible",
            ),
        ],
    )


def test_unions_have_one_member(world):
    s3 = query_results()["outputConfiguration"]["s3"]
    field = "defaultResultConfiguration.outputConfiguration"
    equal(membership_fields(world, defaultResultConfiguration={"outputConfiguration": {}}), [field])
    none = {"outputConfiguration": {"s3": None}}
    equal(membership_fields(world, defaultResultConfiguration=none), [field])
    made = world.collaboration()
    both = {
        "member": {"accountId": PARTNER, "memberAbilities": []},
        "collaboration": {"autoApprovedChangeTypes": []},
    }
    for specification in (both, {}, {"member": None, "collaboration": None}):
        body = {"changes": [{"specificationType": "MEMBER", "specification": specification}]}
        reply = world.raw("POST", f"/collaborations/{made['id']}/changeRequests", body)
        equal(fields(reply), ["changes[0].specification"])
    two = {"outputConfiguration": {"s3": s3, "member": {"accountId": OWNER}}}
    body = {"type": "SQL", "sqlParameters": {"queryString": "x"}, "resultConfiguration": two}
    reply = world.raw("POST", f"/memberships/{ABSENT}/protectedQueries", body)
    equal(fields(reply), ["resultConfiguration.outputConfiguration"])


def test_unknown_members_are_told(world):
    check_create(
        world,
        [
            ({"nmae": "typo"}, "nmae"),
            ({"members": [{**member(PARTNER), "abilities": []}]}, "members[0].abilities"),
        ],
    )


def test_all_that_is_wrong_is_told_at_once(world):
    reply = world.raw(
        "POST",
        "/collaborations",
        create(name="", creatorDisplayName="x" * 101, queryLogStatus="ON", members=[{}]),
    )
    found = fields(reply)
    equal(
        set(found),
        {
            "name",
            "creatorDisplayName",
            "queryLogStatus",
            "members[0].accountId",
            "members[0].memberAbilities",
            "members[0].displayName",
        },
    )
    message = reply.body["message"]
    assert message.startswith(f"{len(found)} validation errors detected: "), message
    for entry in reply.body["fieldList"]:
        assert f"Value at '{entry['name']}'" in message and entry["message"] in message, message


def test_page_sizes_are_1_to_100(world):
    for bad in ("0", "101", "-1", "ten", "1.5", ""):
        equal(fields(world.raw("GET", f"/collaborations?maxResults={bad}")), ["maxResults"])
    for good in ("1", "100"):
        equal(world.raw("GET", f"/collaborations?maxResults={good}").status, 200)
    equal(fields(world.raw("GET", "/memberships?nextToken=" + "x" * 10241))[0], "nextToken")


def test_tag_keys_of_untag_are_required(world):
    made = world.collaboration()
    encoded = urllib.parse.quote(made["arn"], safe="")
    equal(fields(world.raw("DELETE", f"/tags/{encoded}")), ["tagKeys"])
    equal(fields(world.raw("DELETE", f"/tags/{encoded}?tagKeys=")), ["tagKeys[0]"])
    equal(world.raw("DELETE", f"/tags/{encoded}?tagKeys=a&tagKeys=b").status, 200)


def test_a_body_that_is_no_json_object_is_refused(world):
    for body in (
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"{}{}",
        b"name=x",
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"a":' * 200 + b"1" + b"}" * 200,
    ):
        reply = world.raw("POST", "/collaborations", body)
        equal((body, reply.status, reply.code), (body, 400, "SerializationException"))
    equal(world.raw("GET", "/collaborations").status, 200)


def test_shapes_come_before_visibility_state_and_rules(world):
    reply = world.raw("PATCH", f"/collaborations/{ABSENT}", {"name": ""})
    equal(set(fields(reply)), {"name"})
    made = world.collaboration()
    world.join(world.owner, made)
    again = {"collaborationIdentifier": made["id"], "queryLogStatus": "ENABLED"}
    # Joined already is a conflict, the logs are a rule; the conflict comes first.
    equal(world.raw("POST", "/memberships", again).code, "ConflictException")
    equal(fields(world.raw("POST", "/memberships", {**again, "queryLogStatus": "ON"})), ["queryLogStatus"])
    # A stranger does not get to hear about rules.
    path = f"/collaborations/{made['id']}/changeRequests"
    change = {"changes": [member_change(PARTNER, "CAN_QUERY")]}
    equal(world.raw("POST", path, change, account=STRANGER).code, "AccessDeniedException")


def test_rules_come_before_quotas(world):
    world.quota(collaborations_created_per_account=0)
    with misconfigured("tags"):
        world.collaboration(tags={"aws:x": "1"})
    with refused("ServiceQuotaExceededException"):
        world.collaboration()
