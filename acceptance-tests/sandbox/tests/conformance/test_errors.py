"""Every error that the model has for every operation.

Faults bring about those that no request can (throttling, internal errors) and
IAM's denials; the rest are provoked as a caller would provoke them.
"""

import pathlib

from parts import *

MODEL = json.loads(
    (pathlib.Path(__file__).parents[2] / "model" / "cleanrooms-model.json").read_text()
)
# Errors of the model that no request can bring about here.
NEVER = {
    ("CreateConfiguredTable", "ResourceNotFoundException"),
    ("UpdateConfiguredTableAnalysisRule", "ConflictException"),
    ("DeleteConfiguredTableAnalysisRule", "ConflictException"),
    ("DeleteConfiguredTableAssociationAnalysisRule", "ConflictException"),
    ("DeleteIntermediateTableAnalysisRule", "ConflictException"),
    ("PopulateIdMappingTable", "ServiceQuotaExceededException"),
}
BY_FAULT = {
    "ThrottlingException": "throttle",
    "InternalServerException": "internal_error",
    "AccessDeniedException": "access_denied",
}
BAD = "NOT-AN-ID"
TEMPLATE = f"arn:aws:cleanrooms:us-east-1:{OWNER}:membership/{ABSENT}/analysistemplate/{ABSENT}"


ALL_ABILITIES = [
    "CAN_QUERY",
    "CAN_RUN_JOB",
    "CAN_RECEIVE_RESULTS",
    "CAN_EXPORT_QUERY_ANALYSIS_LOG",
]


class Requests:
    """Method, path and body of a good request of each operation."""

    def __init__(self, world):
        world.quota(collaborations_created_per_account=50)
        self.world = world
        self.made = world.collaboration(
            abilities=ALL_ABILITIES, members=[member(PARTNER)]
        )
        self.ours = world.join(world.owner, self.made)
        self.request = world.request(self.made, member_change(THIRD, displayName="third"))
        self.query = world.owner.start_protected_query(
            type="SQL",
            membershipIdentifier=self.ours["id"],
            sqlParameters={"queryString": "x"},
        )["protectedQuery"]
        self.job = world.owner.start_protected_job(
            type="PYSPARK",
            membershipIdentifier=self.ours["id"],
            jobParameters={"analysisTemplateArn": TEMPLATE},
        )["protectedJob"]
        world.quota(concurrent_jobs_per_membership=5)
        self.table = table(world)
        self.other_table = table(world, name="other")
        rule(world, self.table, custom_rule())
        self.parts = self.parts_of(self.ours)
        # A namespace and a mapping table have been made; this one is not there.
        self.budgeted = associate(world, self.ours, self.table, name="budgeted")

    def parts_of(self, ours):
        """One of each part of a membership: the labels that name them."""
        world = self.world
        association = associate(world, ours, self.table)
        association_rule(world, association)
        source = namespace(world, ours)
        namespace(world, ours, "target")
        table_of_results = intermediate(world, ours)
        intermediate_rule(world, table_of_results)
        made = template(world, ours)
        self.ended = ended_query(world, ours)
        return {
            "configuredTableAssociationIdentifier": association["id"],
            "analysisTemplateIdentifier": made["id"],
            "analysisTemplateArn": made["arn"],
            "privacyBudgetTemplateIdentifier": budget_template(world, ours)["id"],
            "idNamespaceAssociationIdentifier": source["id"],
            "idMappingTableIdentifier": mapping_table(world, ours)["id"],
            "configuredAudienceModelAssociationIdentifier": audience(world, ours)["id"],
            "intermediateTableIdentifier": table_of_results["id"],
            "analysisLogExportIdentifier": start_export(world, ours, self.ended)[
                "analysisLogExportId"
            ],
        }

    def of(self, operation, **labels):
        ids = {
            "collaborationIdentifier": self.made["id"],
            "membershipIdentifier": self.ours["id"],
            "changeRequestIdentifier": self.request["id"],
            "protectedQueryIdentifier": self.query["id"],
            "protectedJobIdentifier": self.job["id"],
            "accountId": PARTNER,
            "resourceArn": self.made["arn"],
            "configuredTableIdentifier": self.table["id"],
            **self.parts,
            "analysisRuleType": "CUSTOM",
            "name": "orders",
            "type": "CUSTOM",
            **labels,
        }
        shape = MODEL["operations"][operation]
        path = shape["uri"]
        for name, value in ids.items():
            path = path.replace("{" + name + "}", urllib.parse.quote(value, safe=""))
        if operation == "UntagResource":
            path += "?tagKeys=a"
        if operation in ("ListPrivacyBudgets", "ListCollaborationPrivacyBudgets"):
            path += "?privacyBudgetType=ACCESS_BUDGET"
        return shape["method"], path, self.body(operation)

    def body(self, operation):
        new = member_change(STRANGER, displayName="new")
        return {
            "CreateCollaboration": {
                "name": "x",
                "members": [],
                "creatorMemberAbilities": [],
                "creatorDisplayName": "x",
                "queryLogStatus": "DISABLED",
            },
            "UpdateCollaboration": {"name": "y"},
            "CreateMembership": {
                "collaborationIdentifier": self.made["id"],
                "queryLogStatus": "DISABLED",
            },
            "UpdateMembership": {},
            "CreateCollaborationChangeRequest": {"changes": [new]},
            "UpdateCollaborationChangeRequest": {"action": "APPROVE"},
            "TagResource": {"tags": {"a": "b"}},
            "StartProtectedQuery": {"type": "SQL", "sqlParameters": {"queryString": "x"}},
            "UpdateProtectedQuery": {"targetStatus": "CANCELLED"},
            "StartProtectedJob": {
                "type": "PYSPARK",
                "jobParameters": {"analysisTemplateArn": TEMPLATE},
            },
            "UpdateProtectedJob": {"targetStatus": "CANCELLED"},
            "CreateConfiguredTable": {
                "name": "x",
                "tableReference": GLUE,
                "allowedColumns": ["id"],
                "analysisMethod": "DIRECT_QUERY",
            },
            "UpdateConfiguredTable": {"allowedColumns": ["id"]},
            "CreateConfiguredTableAnalysisRule": custom_rule(),
            "UpdateConfiguredTableAnalysisRule": only_policy(custom_rule()),
            "CreateConfiguredTableAssociation": {
                "name": "new",
                "roleArn": ROLE,
                **table_id(self.table),
            },
            "UpdateConfiguredTableAssociation": {"description": "x"},
            "CreateConfiguredTableAssociationAnalysisRule": policy("custom"),
            "UpdateConfiguredTableAssociationAnalysisRule": only_policy(policy("custom")),
            "CreateAnalysisTemplate": {"name": "x", "format": "SQL", "source": {"text": "x"}},
            "UpdateAnalysisTemplate": {},
            "CreatePrivacyBudgetTemplate": access(self.budgeted["arn"]),
            "UpdatePrivacyBudgetTemplate": {"privacyBudgetType": "DIFFERENTIAL_PRIVACY"},
            "PreviewPrivacyImpact": {"parameters": private()["parameters"]},
            "CreateIdNamespaceAssociation": {
                "name": "x",
                "inputReferenceConfig": {
                    "inputReferenceArn": NAMESPACE + "x",
                    "manageResourcePolicies": True,
                },
            },
            "UpdateIdNamespaceAssociation": {},
            "CreateIdMappingTable": {
                "name": "x",
                "inputReferenceConfig": {
                    "inputReferenceArn": WORKFLOW,
                    "manageResourcePolicies": True,
                },
            },
            "UpdateIdMappingTable": {},
            "PopulateIdMappingTable": {},
            "CreateConfiguredAudienceModelAssociation": {
                "configuredAudienceModelArn": MODEL_ARN,
                "configuredAudienceModelAssociationName": "x",
                "manageResourcePolicies": True,
            },
            "UpdateConfiguredAudienceModelAssociation": {},
            "CreateIntermediateTable": {
                "name": "x",
                "populationAnalysisConfiguration": {"sqlParameters": {"queryString": "x"}},
            },
            "UpdateIntermediateTable": {},
            "PopulateIntermediateTable": {},
            "DisallowIntermediateTable": {"intermediateTableName": "results"},
            "CreateIntermediateTableAnalysisRule": policy("custom"),
            "UpdateIntermediateTableAnalysisRule": only_policy(policy("custom")),
            "StartAnalysisLogExport": {
                "analysisId": self.ended["id"],
                "analysisType": "PROTECTED_QUERY",
                "resultConfiguration": {"outputConfiguration": {"s3": {"bucket": "new"}}},
            },
            "BatchGetSchema": {"names": ["x"]},
            "BatchGetSchemaAnalysisRule": {
                "schemaAnalysisRuleRequests": [{"name": "x", "type": "LIST"}]
            },
            "BatchGetCollaborationAnalysisTemplate": {"analysisTemplateArns": [TEMPLATE]},
        }.get(operation)


def only_policy(settings):
    return {"analysisRulePolicy": settings["analysisRulePolicy"]}


def pairs():
    return {
        (operation, error)
        for operation, shape in MODEL["operations"].items()
        for error in shape["errors"]
    } - NEVER


def check(reply, operation, error, expected=None):
    status = MODEL["operations"][operation]["errors"].get(error, STATUS[error])
    equal((operation, reply.code, reply.status), (operation, error, status))
    members = MODEL["shapes"][error]["members"]
    body = {name.lower(): value for name, value in reply.body.items()}
    assert set(body) <= {name.lower() for name in members}, body
    for name in MODEL["shapes"][error]["required"]:
        assert body.get(name.lower()) is not None, body


def test_faults_bring_about_what_no_request_can(world):
    requests = Requests(world)
    for operation, error in sorted(pairs()):
        if error in BY_FAULT:
            world.fault(operation, BY_FAULT[error])
            check(world.raw(*requests.of(operation)), operation, error)
            equal(world.admin("GET", "faults"), {"faults": []})


def test_every_operation_refuses_a_bad_shape(world):
    requests = Requests(world)
    bad = {
        name: BAD
        for name in (
            "collaborationIdentifier",
            "membershipIdentifier",
            "resourceArn",
            "configuredTableIdentifier",
        )
    }
    for operation in sorted(MODEL["operations"]):
        method, path, body = requests.of(operation, **bad)
        if operation in ("CreateCollaboration", "CreateMembership", "CreateConfiguredTable"):
            body = {}
        if operation in ("ListCollaborations", "ListMemberships", "ListConfiguredTables"):
            path += "?maxResults=0"
        check(world.raw(method, path, body), operation, "ValidationException")


def test_every_operation_on_a_collaboration_or_membership_denies_strangers(world):
    requests = Requests(world)
    reached = 0
    for operation, shape in sorted(MODEL["operations"].items()):
        is_on_one = "{collaboration" in shape["uri"] or "{membership" in shape["uri"]
        if is_on_one or operation == "CreateMembership":
            reply = world.raw(*requests.of(operation), account=STRANGER)
            check(reply, operation, "AccessDeniedException")
            equal(reply.body["reason"], "INSUFFICIENT_PERMISSIONS")
            reached += 1
    equal(reached, 88)


def test_not_found_where_the_model_has_it(world):
    world.switch(members_of_absent="not_found", tags_of_absent="not_found")
    requests = Requests(world)
    absent = {
        name: ABSENT
        for name in (
            "membershipIdentifier",
            "changeRequestIdentifier",
            "protectedQueryIdentifier",
            "protectedJobIdentifier",
            "configuredTableIdentifier",
        )
    }
    absent["accountId"] = STRANGER
    absent["resourceArn"] = requests.made["arn"].replace(requests.made["id"], ABSENT)
    # These take nothing else that can be absent.
    of_collaboration = {
        "ListMembers",
        "CreateCollaborationChangeRequest",
        "ListCollaborationChangeRequests",
    } | {
        operation
        for operation, shape in MODEL["operations"].items()
        if shape["uri"].startswith("/collaborations/{collaborationIdentifier}/")
        and "hangeRequest" not in operation
        and operation != "DeleteMember"
    }
    reached = set()
    for operation, error in sorted(pairs()):
        if error != "ResourceNotFoundException":
            continue
        method, path, body = requests.of(operation, **absent)
        if operation == "CreateMembership":
            body["collaborationIdentifier"] = ABSENT
        if operation in of_collaboration:
            path = path.replace(requests.made["id"], ABSENT)
        check(world.raw(method, path, body), operation, error)
        reached.add(operation)
    equal(len(reached), 95)


def test_conflicts_where_the_model_has_them(world):
    requests = Requests(world)
    for call in ("GetProtectedQuery", "GetProtectedJob"):
        for _ in range(2):
            world.raw(*requests.of(call))
    world.act(world.owner, requests.request, "DENY")
    world.owner.delete_member(collaborationIdentifier=requests.made["id"], accountId=PARTNER)
    over = world.collaboration(abilities=ALL_ABILITIES)
    orphan = world.join(world.owner, over)
    of_orphan = {"membershipIdentifier": orphan["id"], **requests.parts_of(orphan)}
    world.switch(equal_configured_tables="conflict")
    world.owner.delete_collaboration(collaborationIdentifier=over["id"])
    changed = {
        "DeleteMember": {"accountId": OWNER},
        **{
            operation: of_orphan
            for operation, shape in MODEL["operations"].items()
            if "{membershipIdentifier}" in shape["uri"]
            and shape["method"] in ("POST", "PATCH")
            and "Protected" not in operation
        },
    }
    bodies = {
        "CreateCollaborationChangeRequest": {"changes": [member_change(PARTNER, displayName="x")]},
        "CreateConfiguredTable": {
            **requests.body("CreateConfiguredTable"),
            "name": requests.other_table["name"],
        },
        "UpdateConfiguredTable": {"name": requests.other_table["name"]},
    }
    reached = set()
    for operation, error in sorted(pairs()):
        if error == "ConflictException":
            method, path, body = requests.of(operation, **changed.get(operation, {}))
            check(world.raw(method, path, bodies.get(operation, body)), operation, error)
            reached.add(operation)
    equal(reached, {operation for operation, error in pairs() if error == "ConflictException"})


def test_quotas_where_the_model_has_them(world):
    requests = Requests(world)
    requests.bare_results = intermediate(world, requests.ours, name="bare")
    quotas = world.admin("GET", "quotas")
    world.quota(**{name: 0 for name in quotas if not name.startswith("calls_per_second")})
    reached = set()
    for operation, error in sorted(pairs()):
        if error != "ServiceQuotaExceededException":
            continue
        labels = {}
        if operation == "CreateConfiguredTableAnalysisRule":
            labels = {"configuredTableIdentifier": requests.other_table["id"]}
        if operation == "CreateIntermediateTableAnalysisRule":
            labels = {"intermediateTableIdentifier": requests.bare_results["id"]}
        method, path, body = requests.of(operation, **labels)
        account = OWNER
        if operation == "CreateMembership":
            account = PARTNER
        reply = world.raw(method, path, body, account=account)
        check(reply, operation, error)
        equal(reply.body["quotaValue"], 0.0)
        reached.add(operation)
    equal(len(reached), 19)


def test_tag_operations_give_errors_that_the_model_does_not_have_for_them(world):
    made = world.collaboration()
    for kind, code in (("throttle", "ThrottlingException"), ("access_denied", "AccessDeniedException")):
        world.fault("ListTagsForResource", kind)
        with refused(code):
            world.owner.list_tags_for_resource(resourceArn=made["arn"])
