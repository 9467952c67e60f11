"""A whole life through every operation, with boto3's own checks switched on."""

import botocore.session
from test_errors import MODEL, TEMPLATE
from parts import *


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


def parts(world, owner, partner, ours, side):
    """The lives of all other parts of a membership, with the partner looking."""
    of_owner = table(world, owner)
    rule(world, of_owner, client=owner)
    association = associate(world, ours, of_owner, owner)
    made = template(world, ours, owner)
    ids = its(made, "analysisTemplate")
    owner.update_analysis_template(description="d", **ids)
    owner.get_analysis_template(**ids)
    owner.list_analysis_templates(**of(ours))
    partner.list_collaboration_analysis_templates(**side)
    arn = made["arn"]
    partner.get_collaboration_analysis_template(analysisTemplateArn=arn, **side)
    partner.batch_get_collaboration_analysis_template(analysisTemplateArns=[arn], **side)

    budget = budget_template(world, ours, access(association["arn"]), owner)
    ids = {**its(budget, "privacyBudgetTemplate")}
    owner.update_privacy_budget_template(privacyBudgetType="ACCESS_BUDGET", **ids)
    owner.get_privacy_budget_template(**ids)
    owner.list_privacy_budget_templates(**of(ours))
    kind = {"privacyBudgetType": "ACCESS_BUDGET"}
    owner.list_privacy_budgets(**kind, **of(ours))
    owner.preview_privacy_impact(parameters=private()["parameters"], **of(ours))
    partner.list_collaboration_privacy_budgets(**kind, **side)
    partner.list_collaboration_privacy_budget_templates(**side)
    partner.get_collaboration_privacy_budget_template(
        privacyBudgetTemplateIdentifier=budget["id"], **side
    )

    source, target = namespace(world, ours, client=owner), namespace(world, ours, "target", owner)
    ids_of_source = its(source, "idNamespaceAssociation")
    owner.update_id_namespace_association(name="n", **ids_of_source)
    owner.get_id_namespace_association(**ids_of_source)
    owner.list_id_namespace_associations(**of(ours))
    partner.list_collaboration_id_namespace_associations(**side)
    partner.get_collaboration_id_namespace_association(
        idNamespaceAssociationIdentifier=source["id"], **side
    )
    config = {"inputReferenceArn": WORKFLOW, "manageResourcePolicies": True}
    mapping = owner.create_id_mapping_table(
        name="mapping", inputReferenceConfig=config, **of(ours)
    )["idMappingTable"]
    ids_of_mapping = its(mapping, "idMappingTable")
    owner.update_id_mapping_table(description="d", **ids_of_mapping)
    owner.populate_id_mapping_table(jobType="BATCH", **ids_of_mapping)
    owner.get_id_mapping_table(**ids_of_mapping)
    owner.list_id_mapping_tables(**of(ours))

    model = owner.create_configured_audience_model_association(
        configuredAudienceModelAssociationName="a",
        configuredAudienceModelArn=MODEL_ARN,
        manageResourcePolicies=False,
        **of(ours),
    )["configuredAudienceModelAssociation"]
    ids_of_model = its(model, "configuredAudienceModelAssociation")
    owner.update_configured_audience_model_association(name="b", **ids_of_model)
    owner.get_configured_audience_model_association(**ids_of_model)
    owner.list_configured_audience_model_associations(**of(ours))
    partner.list_collaboration_configured_audience_model_associations(**side)
    partner.get_collaboration_configured_audience_model_association(
        configuredAudienceModelAssociationIdentifier=model["id"], **side
    )

    configuration = {"sqlParameters": {"queryString": "select * from orders"}}
    results = owner.create_intermediate_table(
        name="results", populationAnalysisConfiguration=configuration, **of(ours)
    )["intermediateTable"]
    ids_of_results = its(results, "intermediateTable")
    owner.update_intermediate_table(description="d", **ids_of_results)
    owner.populate_intermediate_table(**ids_of_results)
    for _ in range(2):
        owner.get_intermediate_table(**ids_of_results)
    owner.list_intermediate_tables(**of(ours))
    owner.list_intermediate_table_versions(**ids_of_results)
    of_rule = {"analysisRuleType": "CUSTOM", **ids_of_results}
    owner.create_intermediate_table_analysis_rule(**ids_of_results, **policy("custom"))
    owner.update_intermediate_table_analysis_rule(**ids_of_results, **policy("custom"))
    owner.get_intermediate_table_analysis_rule(**of_rule)
    partner.list_schemas(**side)
    partner.get_schema(name="orders", **side)
    partner.batch_get_schema(names=["orders", "mapping", "results"], **side)
    partner.get_schema_analysis_rule(name="orders", type="CUSTOM", **side)
    requests = [
        {"name": "mapping", "type": "ID_MAPPING_TABLE"}, {"name": "results", "type": "CUSTOM"}
    ]
    partner.batch_get_schema_analysis_rule(schemaAnalysisRuleRequests=requests, **side)
    owner.disallow_intermediate_table(intermediateTableName="results", **of(ours))

    query = owner.start_protected_query(
        type="SQL", sqlParameters={"queryString": "select 1"}, **of(ours)
    )["protectedQuery"]
    for _ in range(2):
        owner.get_protected_query(protectedQueryIdentifier=query["id"], **of(ours))
    export = owner.start_analysis_log_export(
        analysisId=query["id"],
        analysisType="PROTECTED_QUERY",
        resultConfiguration={"outputConfiguration": {"s3": {"bucket": "logs"}}},
        **of(ours),
    )["analysisLogExport"]
    owner.get_analysis_log_export(
        analysisLogExportIdentifier=export["analysisLogExportId"], **of(ours)
    )
    owner.list_analysis_log_exports(**of(ours))

    owner.delete_intermediate_table_analysis_rule(**of_rule)
    owner.delete_intermediate_table(**ids_of_results)
    owner.delete_configured_audience_model_association(**ids_of_model)
    owner.delete_id_mapping_table(**ids_of_mapping)
    for one in (source, target):
        owner.delete_id_namespace_association(**its(one, "idNamespaceAssociation"))
    owner.delete_privacy_budget_template(**ids)
    owner.delete_analysis_template(**its(made, "analysisTemplate"))
    owner.delete_configured_table_association(**association_id(association))
    owner.delete_configured_table_analysis_rule(analysisRuleType="CUSTOM", **table_id(of_owner))
    owner.delete_configured_table(**table_id(of_owner))


def test_every_operation_in_one_life(world):
    owner, partner = checked(world, OWNER), checked(world, PARTNER)
    made = owner.create_collaboration(
        name="life",
        members=[
            {"accountId": PARTNER, "memberAbilities": ["CAN_RECEIVE_RESULTS"], "displayName": "b"}
        ],
        creatorMemberAbilities=["CAN_QUERY", "CAN_RUN_JOB", "CAN_EXPORT_QUERY_ANALYSIS_LOG"],
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
    parts(world, owner, partner, ours, collaboration)

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
