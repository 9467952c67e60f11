"""A whole life through every operation, with boto3's own checks switched on."""

import botocore.session
from test_errors import MODEL, TEMPLATE
from tables import *


def checked(world, account):
    """A client as boto3 makes it, which checks parameters against its own model."""
    return botocore.session.Session().create_client(
        "cleanrooms",
        region_name=REGION,
        endpoint_url=world.url,
        aws_access_key_id=account,
        aws_secret_access_key="any",
    )


def tables(owner, runner):
    """The lives of a configured table, an association and their rules."""
    made = owner.create_configured_table(
        name="t", tableReference=GLUE, allowedColumns=COLUMNS, analysisMethod="DIRECT_QUERY"
    )["configuredTable"]
    this = table_id(made)
    updated = owner.update_configured_table(description="d", **this)["configuredTable"]
    equal(owner.get_configured_table(**this)["configuredTable"], updated)
    equal(len(owner.list_configured_tables()["configuredTableSummaries"]), 1)
    of_rule = {"analysisRuleType": "LIST", **this}
    owner.create_configured_table_analysis_rule(**this, **list_rule())
    owner.update_configured_table_analysis_rule(**this, **list_rule(listColumns=["amount"]))
    owner.get_configured_table_analysis_rule(**of_rule)
    association = owner.create_configured_table_association(
        name="t", roleArn=ROLE, **this, **runner
    )["configuredTableAssociation"]
    its = association_id(association)
    updated = owner.update_configured_table_association(description="d", **its)
    found = owner.get_configured_table_association(**its)
    equal(found["configuredTableAssociation"], updated["configuredTableAssociation"])
    listed = owner.list_configured_table_associations(**runner)
    equal(len(listed["configuredTableAssociationSummaries"]), 1)
    of_its_rule = {"analysisRuleType": "LIST", **its}
    owner.create_configured_table_association_analysis_rule(**its, **policy("list"))
    owner.update_configured_table_association_analysis_rule(**its, **policy("list"))
    owner.get_configured_table_association_analysis_rule(**of_its_rule)
    owner.delete_configured_table_association_analysis_rule(**of_its_rule)
    owner.delete_configured_table_association(**its)
    owner.delete_configured_table_analysis_rule(**of_rule)
    owner.delete_configured_table(**this)


def test_every_operation_in_one_life(world):
    owner, partner = checked(world, OWNER), checked(world, PARTNER)
    made = owner.create_collaboration(
        name="life",
        members=[
            {"accountId": PARTNER, "memberAbilities": ["CAN_RECEIVE_RESULTS"], "displayName": "b"}
        ],
        creatorMemberAbilities=["CAN_QUERY", "CAN_RUN_JOB"],
        creatorDisplayName="a",
        queryLogStatus="ENABLED",
    )["collaboration"]
    collaboration = {"collaborationIdentifier": made["id"]}
    ours = owner.create_membership(queryLogStatus="ENABLED", **collaboration)["membership"]
    theirs = partner.create_membership(queryLogStatus="DISABLED", **collaboration)["membership"]
    membership = {"membershipIdentifier": theirs["id"]}

    owner.update_collaboration(name="renamed", **collaboration)
    got = owner.get_collaboration(**collaboration)["collaboration"]
    equal((got["name"], got["memberStatus"]), ("renamed", "ACTIVE"))
    updated = partner.update_membership(queryLogStatus="ENABLED", **membership)["membership"]
    equal(partner.get_membership(**membership)["membership"], updated)

    request = owner.create_collaboration_change_request(
        changes=[member_change(THIRD, displayName="c")], **collaboration
    )["collaborationChangeRequest"]
    request_id = {"changeRequestIdentifier": request["id"]}
    for client, action, status in (
        (owner, "APPROVE", "PENDING"),
        (partner, "APPROVE", "APPROVED"),
        (owner, "COMMIT", "COMMITTED"),
    ):
        updated = client.update_collaboration_change_request(
            action=action, **collaboration, **request_id
        )["collaborationChangeRequest"]
        equal(updated["status"], status)
    equal(
        partner.get_collaboration_change_request(**collaboration, **request_id)[
            "collaborationChangeRequest"
        ],
        updated,
    )
    equal(
        partner.list_collaboration_change_requests(**collaboration)[
            "collaborationChangeRequestSummaries"
        ],
        [updated],
    )

    runner = {"membershipIdentifier": ours["id"]}
    query = owner.start_protected_query(
        type="SQL", sqlParameters={"queryString": "select 1"}, **runner
    )["protectedQuery"]
    query_id = {"protectedQueryIdentifier": query["id"], **runner}
    equal(owner.get_protected_query(**query_id)["protectedQuery"]["status"], "STARTED")
    cancelled = owner.update_protected_query(targetStatus="CANCELLED", **query_id)
    equal(cancelled["protectedQuery"]["status"], "CANCELLING")
    (listed,) = owner.list_protected_queries(**runner)["protectedQueries"]
    equal((listed["id"], listed["status"]), (query["id"], "CANCELLING"))
    job = owner.start_protected_job(
        type="PYSPARK", jobParameters={"analysisTemplateArn": TEMPLATE}, **runner
    )["protectedJob"]
    job_id = {"protectedJobIdentifier": job["id"], **runner}
    equal(owner.get_protected_job(**job_id)["protectedJob"]["status"], "STARTED")
    cancelled = owner.update_protected_job(targetStatus="CANCELLED", **job_id)
    equal(cancelled["protectedJob"]["status"], "CANCELLING")
    (listed,) = owner.list_protected_jobs(**runner)["protectedJobs"]
    equal((listed["id"], listed["status"]), (job["id"], "CANCELLING"))

    tables(owner, runner)

    resource = {"resourceArn": made["arn"]}
    owner.tag_resource(tags={"a": "1", "b": "2"}, **resource)
    owner.untag_resource(tagKeys=["a"], **resource)
    equal(owner.list_tags_for_resource(**resource)["tags"], {"b": "2"})

    owner.delete_member(accountId=THIRD, **collaboration)
    statuses = {entry["accountId"]: entry["status"] for entry in world.members(made).values()}
    equal(statuses, {OWNER: "ACTIVE", PARTNER: "ACTIVE", THIRD: "REMOVED"})
    partner.delete_membership(**membership)
    owner.delete_collaboration(**collaboration)
    equal(owner.list_collaborations()["collaborationList"], [])
    (orphan,) = owner.list_memberships()["membershipSummaries"]
    equal(orphan["status"], "COLLABORATION_DELETED")

    called = world.journal()
    equal({call["operation"] for call in called}, set(MODEL["operations"]))
    equal({call["error"] for call in called}, {None})
