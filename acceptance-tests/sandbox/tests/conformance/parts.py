"""The other parts of memberships, as most tests need them."""

import re

from tables import *

NAMESPACE = f"arn:aws:entityresolution:us-east-1:{OWNER}:idnamespace/"
WORKFLOW = f"arn:aws:entityresolution:us-east-1:{OWNER}:idmappingworkflow/mapping"
MODEL_ARN = f"arn:aws:cleanrooms-ml:us-east-1:{OWNER}:configured-audience-model/m"


def of(membership):
    return {"membershipIdentifier": membership["id"]}


def its(made, label):
    """The identifiers of an object of a membership."""
    return {"membershipIdentifier": made["membershipId"], f"{label}Identifier": made["id"]}


def membership(world, *abilities, **settings):
    """A membership of the owner, who can query and receive results."""
    made = world.collaboration(
        abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS", *abilities], **settings
    )
    return world.join(world.owner, made)


def template(world, ours, client=None, **settings):
    settings.setdefault("name", "template")
    settings.setdefault("format", "SQL")
    settings.setdefault("source", {"text": "select day from orders where id = :id"})
    return (client or world.owner).create_analysis_template(**of(ours), **settings)[
        "analysisTemplate"
    ]


ARTIFACTS = {
    "artifacts": {
        "entryPoint": {"location": {"bucket": "code", "key": "main.py"}},
        "additionalArtifacts": [{"location": {"bucket": "code", "key": "more.zip"}}],
        "roleArn": ROLE,
    }
}


def private(epsilon=3, noise=20):
    return {
        "privacyBudgetType": "DIFFERENTIAL_PRIVACY",
        "parameters": {"differentialPrivacy": {"epsilon": epsilon, "usersNoisePerQuery": noise}},
    }


def access(arn, *budgets):
    budgets = budgets or ({"type": "CALENDAR_DAY", "budget": 5},)
    return {
        "privacyBudgetType": "ACCESS_BUDGET",
        "parameters": {"accessBudget": {"resourceArn": arn, "budgetParameters": list(budgets)}},
    }


def budget_template(world, ours, settings=None, client=None, **more):
    return (client or world.owner).create_privacy_budget_template(
        **of(ours), **(settings or private()), **more
    )["privacyBudgetTemplate"]


def namespace(world, ours, name="source", client=None, account=OWNER, **settings):
    settings.setdefault("name", f"My {name}")
    config = {
        "inputReferenceArn": NAMESPACE.replace(OWNER, account) + name,
        "manageResourcePolicies": True,
    }
    return (client or world.owner).create_id_namespace_association(
        **of(ours), inputReferenceConfig=config, **settings
    )["idNamespaceAssociation"]


def mapping_table(world, ours, **settings):
    settings.setdefault("name", "mapping")
    config = {"inputReferenceArn": WORKFLOW, "manageResourcePolicies": False}
    return world.owner.create_id_mapping_table(
        **of(ours), inputReferenceConfig=config, **settings
    )["idMappingTable"]


def audience(world, ours, **settings):
    settings.setdefault("configuredAudienceModelAssociationName", "Audience")
    settings.setdefault("configuredAudienceModelArn", MODEL_ARN)
    settings.setdefault("manageResourcePolicies", True)
    return world.owner.create_configured_audience_model_association(**of(ours), **settings)[
        "configuredAudienceModelAssociation"
    ]


def intermediate(world, ours, query="select * from orders", **settings):
    settings.setdefault("name", "Results")
    settings.setdefault(
        "populationAnalysisConfiguration", {"sqlParameters": {"queryString": query}}
    )
    return world.owner.create_intermediate_table(**of(ours), **settings)["intermediateTable"]


def get_intermediate(world, made):
    return world.owner.get_intermediate_table(**its(made, "intermediateTable"))[
        "intermediateTable"
    ]


def populate(world, made, **settings):
    return world.owner.populate_intermediate_table(**its(made, "intermediateTable"), **settings)


def populated(world, made):
    """Populates an intermediate table, and gives it with its data."""
    populate(world, made)
    equal(get_intermediate(world, made)["status"], "POPULATE_STARTED")
    return get_intermediate(world, made)


def intermediate_rule(world, made, **content):
    return world.owner.create_intermediate_table_analysis_rule(
        **its(made, "intermediateTable"), **policy("custom", **content)
    )["analysisRule"]


def start_export(world, ours, query, bucket="logs"):
    configuration = {"outputConfiguration": {"s3": {"bucket": bucket}}}
    return world.owner.start_analysis_log_export(
        **of(ours),
        analysisId=query["id"],
        analysisType="PROTECTED_QUERY",
        resultConfiguration=configuration,
    )["analysisLogExport"]


def ended_query(world, ours):
    """A query that has succeeded."""
    query = world.owner.start_protected_query(
        type="SQL", **of(ours), sqlParameters={"queryString": "select 1"}
    )["protectedQuery"]
    for _ in range(2):
        world.owner.get_protected_query(**of(ours), protectedQueryIdentifier=query["id"])
    return query


def get_export(world, export):
    return world.owner.get_analysis_log_export(
        membershipIdentifier=export["membershipId"],
        analysisLogExportIdentifier=export["analysisLogExportId"],
    )["analysisLogExport"]


def check_part(world, made, label, one, many, left_out, update, arn):
    """What all parts of memberships have in common."""
    client, ids = world.owner, its(made, label)
    noun = re.sub("(?<!^)([A-Z])", r"_\1", label).lower()
    call = lambda verb, **settings: getattr(client, f"{verb}_{noun}")(**ids, **settings)
    path = f"membership/{made['membershipId']}/{arn}/{made['id']}"
    equal(made["arn"], f"arn:aws:cleanrooms:us-east-1:{OWNER}:{path}")
    equal(call("get")[one], made)
    listed = getattr(client, f"list_{noun}s")(membershipIdentifier=made["membershipId"])
    (summary,) = listed[many]
    for name in left_out:
        assert name in made and name not in summary, (name, summary)
    for name in set(summary) & set(made):
        equal(summary[name], made[name])
    changed = call("update", **update)[one]
    for name, value in update.items():
        if name in made:
            equal(changed[name], value)
    equal(call("get")[one], changed)
    client.tag_resource(resourceArn=made["arn"], tags={"a": "1"})
    equal(client.list_tags_for_resource(resourceArn=made["arn"])["tags"], {"a": "1"})
    with denied():
        world.partner.list_tags_for_resource(resourceArn=made["arn"])
    with refused("ConflictException", "SUBRESOURCES_EXIST"):
        leave(world, made)
    call("delete")
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        call("get")
    equal(getattr(client, f"list_{noun}s")(membershipIdentifier=made["membershipId"])[many], [])


def leave(world, made):
    """Ends the collaboration, and tries to delete the owner's membership."""
    for one in world.owner.list_collaborations()["collaborationList"]:
        world.owner.delete_collaboration(collaborationIdentifier=one["id"])
    world.owner.delete_membership(membershipIdentifier=made["membershipId"])
