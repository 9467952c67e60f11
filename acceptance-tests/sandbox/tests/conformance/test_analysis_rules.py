"""Analysis rules of configured tables and of associations."""

from tables import *

TEMPLATE = f"arn:aws:cleanrooms:us-east-1:{OWNER}:membership/{ABSENT}/analysistemplate/{ABSENT}"


def of(made, kind):
    return {"analysisRuleType": kind, **table_id(made)}


def get(world, made, kind="CUSTOM"):
    return world.owner.get_configured_table_analysis_rule(**of(made, kind))["analysisRule"]


def same(found, wanted):
    """Equal, whatever the order of lists."""
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list):
        rest = list(found)
        for item in wanted:
            match = next((one for one in rest if same(one, item)), None)
            if match is None:
                return False
            rest.remove(match)
        return not rest
    return found == wanted


THRESHOLD = {
    "identityColumns": ["id"],
    "minimumIdentityCount": 10,
    "type": "COUNT_DISTINCT",
    "allowedAggregateExpressionType": "COLUMNS_ONLY",
    "outputColumnThresholds": [
        {"outputColumnName": "day", "minimumIdentityCount": 0},
        {"outputColumnName": "amount", "minimumIdentityCount": 2},
    ],
}


def test_every_kind_of_rule_comes_back(world):
    for settings in (
        list_rule(allowedJoinOperators=["AND", "OR"], additionalAnalyses="ALLOWED"),
        aggregation_rule(joinRequired="QUERY_RUNNER", scalarFunctions=["ABS", "TRIM"]),
        custom_rule(allowedAnalyses=[TEMPLATE], disallowedOutputColumns=["id", "day"]),
        custom_rule(allowedAnalyses=["ANY_QUERY"], allowedAnalysisProviders=[PARTNER]),
        custom_rule(differentialPrivacy={"columns": [{"name": "id"}]}),
        custom_rule(
            aggregationThresholds=[THRESHOLD],
            comparisonControls={
                "allowedLiteralComparisonColumns": ["day", "amount"],
                "allowedColumnComparisonColumns": [],
            },
        ),
    ):
        made = table(world)
        kind = settings["analysisRuleType"]
        found = rule(world, made, settings)
        equal(found["type"], kind)
        equal(
            (found["configuredTableId"], found["configuredTableArn"]), (made["id"], made["arn"])
        )
        assert same(found["policy"], settings["analysisRulePolicy"]), found["policy"]
        equal(get(world, made, kind), found)
        whole = world.owner.get_configured_table(**table_id(made))["configuredTable"]
        equal(whole["analysisRuleTypes"], [kind])


def test_a_table_has_one_rule(world):
    made = table(world)
    rule(world, made, list_rule())
    for settings in (list_rule(), custom_rule()):
        with refused("ConflictException", "ALREADY_EXISTS", resourceType="CONFIGURED_TABLE"):
            rule(world, made, settings)
    with refused("ResourceNotFoundException", resourceType="CONFIGURED_TABLE"):
        get(world, made, "CUSTOM")
    world.owner.delete_configured_table_analysis_rule(**of(made, "LIST"))
    with refused("ResourceNotFoundException"):
        world.owner.delete_configured_table_analysis_rule(**of(made, "LIST"))
    rule(world, made, custom_rule())


def test_an_update_replaces_the_policy(world):
    made = table(world)
    before = rule(world, made, list_rule(additionalAnalyses="ALLOWED"))
    settings = list_rule(joinColumns=["id", "amount"])
    client = world.owner
    found = client.update_configured_table_analysis_rule(**table_id(made), **settings)
    found = found["analysisRule"]
    assert same(found["policy"], settings["analysisRulePolicy"]), found
    equal(found["createTime"], before["createTime"])
    assert found["updateTime"] >= before["updateTime"]
    with refused("ResourceNotFoundException"):
        client.update_configured_table_analysis_rule(**table_id(made), **custom_rule())


def test_policy_and_type_agree(world):
    made = table(world)
    settings = {**list_rule(), "analysisRuleType": "CUSTOM"}
    with misconfigured("analysisRulePolicy"):
        rule(world, made, settings)


def test_what_a_policy_may_not_say(world):
    made = table(world)
    controls = lambda *literals: {
        "allowedLiteralComparisonColumns": list(literals),
        "allowedColumnComparisonColumns": [],
    }
    override = lambda *counts: [
        {"outputColumnName": "day", "minimumIdentityCount": count} for count in counts
    ]
    private = {"columns": [{"name": "id"}]}
    for settings in (
        list_rule(listColumns=["id"]),
        list_rule(listColumns=["unknown"]),
        aggregation_rule(dimensionColumns=["id"]),
        aggregation_rule(dimensionColumns=["amount"]),
        aggregation_rule(joinColumns=[], joinRequired="QUERY_RUNNER"),
        aggregation_rule(
            outputConstraints=[{"columnName": "x", "minimum": 2, "type": "COUNT_DISTINCT"}]
        ),
        custom_rule(allowedAnalyses=["ANY_QUERY"]),
        custom_rule(allowedAnalyses=["ANY_JOB"], allowedAnalysisProviders=[]),
        custom_rule(allowedAnalysisProviders=[PARTNER]),
        custom_rule(allowedAnalyses=[TEMPLATE, "ANY_QUERY"], allowedAnalysisProviders=[PARTNER]),
        custom_rule(disallowedOutputColumns=["unknown"]),
        custom_rule(differentialPrivacy=private, comparisonControls=controls()),
        custom_rule(differentialPrivacy=private, aggregationThresholds=[THRESHOLD]),
        custom_rule(
            allowedAnalyses=["ANY_JOB"],
            allowedAnalysisProviders=[PARTNER],
            comparisonControls=controls(),
        ),
        custom_rule(aggregationThresholds=[THRESHOLD], comparisonControls=controls("id")),
        custom_rule(
            aggregationThresholds=[{**THRESHOLD, "outputColumnThresholds": override(1)}]
        ),
        custom_rule(
            aggregationThresholds=[{**THRESHOLD, "outputColumnThresholds": override(2, 3)}]
        ),
        custom_rule(allowedResultReceivers=[OWNER]),
    ):
        with misconfigured("analysisRulePolicy"):
            rule(world, made, settings)
    # Refusals have changed nothing.
    rule(world, made, list_rule())


def test_empty_lists_are_accepted_where_the_model_has_them(world):
    rule(world, table(world), list_rule(listColumns=[], allowedJoinOperators=[]))
    rule(world, table(world), aggregation_rule(joinColumns=[], dimensionColumns=[]))


def test_other_sources_and_jobs_have_custom_rules(world):
    columns = {"allowedColumns": COLUMNS}
    for settings in ({"tableReference": SNOWFLAKE}, {"analysisMethod": "DIRECT_JOB"}):
        made = table(world, **settings, **columns)
        with misconfigured("analysisRulePolicy"):
            rule(world, made, list_rule())
        rule(world, made, custom_rule())
    with misconfigured("analysisRulePolicy"):
        rule(
            world,
            table(world, tableReference=ATHENA),
            custom_rule(differentialPrivacy={"columns": [{"name": "id"}]}),
        )


def test_rules_of_absent_and_other_tables(world):
    absent = {"id": ABSENT}
    with refused("ResourceNotFoundException", resourceType="CONFIGURED_TABLE"):
        rule(world, absent)
    made = table(world)
    with refused("ResourceNotFoundException"):
        get(world, made)
    with denied():
        rule(world, made, client=world.partner)


# Rules of associations


def of_association(association, kind="CUSTOM"):
    return {"analysisRuleType": kind, **association_id(association)}


def associated(world, settings=None, **members):
    made, ours, _ = world.joined("CAN_RECEIVE_RESULTS", **members)
    of_owner = table(world)
    rule(world, of_owner, settings)
    return associate(world, ours, of_owner)


def test_an_association_has_a_rule_of_its_own(world):
    association = associated(world)
    settings = policy("custom", allowedResultReceivers=[PARTNER])
    found = association_rule(world, association, settings)
    equal(
        {name: value for name, value in found.items() if not name.endswith("Time")},
        {
            "membershipIdentifier": association["membershipId"],
            "configuredTableAssociationId": association["id"],
            "configuredTableAssociationArn": association["arn"],
            "policy": settings["analysisRulePolicy"],
            "type": "CUSTOM",
        },
    )
    client = world.owner
    get_rule = client.get_configured_table_association_analysis_rule
    equal(get_rule(**of_association(association))["analysisRule"], found)
    equal(get_association(world, association)["analysisRuleTypes"], ["CUSTOM"])
    with refused(
        "ConflictException", "ALREADY_EXISTS", resourceType="CONFIGURED_TABLE_ASSOCIATION"
    ):
        association_rule(world, association)
    updated = client.update_configured_table_association_analysis_rule(
        **association_id(association), **policy("custom")
    )["analysisRule"]
    equal(updated["policy"], {"v1": {"custom": {}}})
    client.delete_configured_table_association_analysis_rule(**of_association(association))
    with refused(
        "ResourceNotFoundException", resourceType="CONFIGURED_TABLE_ASSOCIATION"
    ):
        get_rule(**of_association(association))
    equal(get_association(world, association)["analysisRuleTypes"], [])


def test_it_completes_the_rule_of_its_table(world):
    ours, of_owner, association = in_membership(world)
    with misconfigured("analysisRulePolicy"):
        association_rule(world, association)
    rule(world, of_owner, list_rule())
    with misconfigured("analysisRulePolicy"):
        association_rule(world, association, policy("custom"))
    association_rule(world, association, policy("list"))


def test_receivers_are_members_that_receive_results(world):
    association = associated(world)
    for account in (OWNER, STRANGER):
        with misconfigured("analysisRulePolicy"):
            settings = policy("custom", allowedResultReceivers=[account])
            association_rule(world, association, settings)


def test_additional_analyses_need_the_tables_consent(world):
    model = f"arn:aws:cleanrooms:us-east-1:*:membership/*/configuredaudiencemodelassociation/*"
    settings = policy("custom", allowedAdditionalAnalyses=[model])
    with misconfigured("analysisRulePolicy"):
        association_rule(world, associated(world), settings)
    association = associated(world, custom_rule(additionalAnalyses="ALLOWED"), name="another")
    association_rule(world, association, settings)
