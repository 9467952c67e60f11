"""Intermediate tables: made, populated, read, disallowed."""

import datetime

from parts import *


def disallow(world, client, ours, name="results", **settings):
    client.disallow_intermediate_table(intermediateTableName=name, **of(ours), **settings)


def test_a_table_says_what_it_was_made_with(world):
    ours, _, association = in_membership(world)
    made = intermediate(world, ours, description="d", tags={"a": "b"})
    path = f"membership/{ours['id']}/intermediatetable/{made['id']}"
    equal(made["arn"], f"arn:aws:cleanrooms:us-east-1:{OWNER}:{path}")
    equal((made["name"], made["status"], made["retentionInDays"]), ("Results", "CREATED", 30))
    (base,) = made["tableDependencies"]
    equal(
        base,
        {
            "id": association["id"],
            "name": "orders",
            "type": "TABLE",
            "parentType": "DIRECT",
            "creatorAccountId": OWNER,
        },
    )
    for absent in ("schema", "intermediateTableVersion", "statusReason"):
        assert absent not in made, made
    equal(get_intermediate(world, made), made)
    (summary,) = world.owner.list_intermediate_tables(**of(ours))["intermediateTableSummaries"]
    assert "populationAnalysisConfiguration" not in summary, summary
    equal(summary["status"], "CREATED")
    (child,) = get_association(world, association)["childResources"]
    equal((child["resourceId"], child["resourceStatus"]), (made["id"], "CREATED"))
    equal(world.owner.list_tags_for_resource(resourceArn=made["arn"])["tags"], {"a": "b"})


def test_only_members_who_query_have_some(world):
    collaboration, _, theirs = world.joined()
    with denied():
        world.partner.create_intermediate_table(
            name="x",
            populationAnalysisConfiguration={"sqlParameters": {"queryString": "select 1"}},
            **of(theirs),
        )


def test_a_population_is_a_query_or_a_template(world):
    ours = membership(world)
    both = {"queryString": "x", "analysisTemplateArn": template(world, ours)["arn"]}
    for parameters in ({}, both, {"queryString": " "}):
        with refused("ValidationException", "INVALID_QUERY"):
            configuration = {"sqlParameters": parameters}
            intermediate(world, ours, populationAnalysisConfiguration=configuration)


def test_a_population_brings_data(world):
    ours, _, _ = in_membership(world)
    made = intermediate(world, ours, retentionInDays=2)
    started = populate(world, made, parameters={"p": "1"})
    equal(started["analysisType"], "QUERY")
    (query,) = world.owner.list_protected_queries(**of(ours))["protectedQueries"]
    equal(query["id"], started["analysisId"])
    with refused("ConflictException", "INVALID_STATE"):
        populate(world, made)
    equal(get_intermediate(world, made)["status"], "POPULATE_STARTED")
    found = get_intermediate(world, made)
    equal(found["status"], "POPULATE_SUCCESS")
    equal({column["name"] for column in found["schema"]["columns"]}, set(COLUMNS))
    version = found["intermediateTableVersion"]
    equal(version["versionId"], started["versionId"])
    equal(version["parameters"], {"p": "1"})
    days = (version["expirationTime"] - found["createTime"]) / datetime.timedelta(days=1)
    assert 1.9 < days < 2.1, days
    populated(world, made)
    listed = world.owner.list_intermediate_table_versions(**its(made, "intermediateTable"))
    listed = listed["intermediateTableVersionSummaries"]
    equal([one["status"] for one in listed], ["POPULATE_SUCCESS"] * 2)
    assert started["versionId"] in {one["versionId"] for one in listed}


def test_a_population_that_fails_keeps_the_old_data(world):
    ours, _, _ = in_membership(world)
    made = intermediate(world, ours)
    before = populated(world, made)
    world.switch(population_outcome="failed")
    after = populated(world, made)
    equal(after["status"], "POPULATE_FAILED")
    assert after["statusReason"], after
    for name in ("schema", "intermediateTableVersion"):
        equal(after[name], before[name])


def test_updates_change_description_key_and_types(world):
    ours, _, _ = in_membership(world)
    made = intermediate(world, ours)
    client, ids = world.owner, its(made, "intermediateTable")
    columns = [{"name": "amount", "type": "decimal(10, 2)"}]
    with misconfigured("columns"):
        client.update_intermediate_table(columns=columns, **ids)
    populated(world, made)
    key = f"arn:aws:kms:us-east-1:{OWNER}:key/{ABSENT}"
    updated = client.update_intermediate_table(
        columns=columns, description="new", kmsKeyArn=key, **ids
    )["intermediateTable"]
    equal((updated["description"], updated["kmsKeyArn"]), ("new", key))
    found = {column["name"]: column["type"] for column in updated["schema"]["columns"]}
    equal(found, {"id": "string", "day": "string", "amount": "decimal(10, 2)"})
    with misconfigured("columns"):
        client.update_intermediate_table(columns=[{"name": "none", "type": "x"}], **ids)


def test_names_are_those_of_tables(world):
    ours, _, _ = in_membership(world)
    for name in ("ORDERS", "select"):
        with refused("ConflictException" if name == "ORDERS" else "ValidationException"):
            intermediate(world, ours, name=name)


def test_a_rule_comes_first_and_goes_first(world):
    ours, _, _ = in_membership(world)
    made = intermediate(world, ours)
    client, ids = world.owner, its(made, "intermediateTable")
    found = intermediate_rule(world, made, allowedAnalyses=[])
    equal(
        {name: value for name, value in found.items() if not name.endswith("Time")},
        {
            "intermediateTableIdentifier": made["id"],
            "intermediateTableArn": made["arn"],
            "analysisRuleType": "CUSTOM",
            "analysisRulePolicy": {"v1": {"custom": {"allowedAnalyses": []}}},
        },
    )
    equal(get_intermediate(world, made)["analysisRuleTypes"], ["CUSTOM"])
    with refused("ConflictException", "ALREADY_EXISTS"):
        intermediate_rule(world, made)
    of_rule = {"analysisRuleType": "CUSTOM", **ids}
    client.update_intermediate_table_analysis_rule(
        **of_rule, analysisRulePolicy={"v1": {"custom": {"disallowedOutputColumns": ["id"]}}}
    )
    found = client.get_intermediate_table_analysis_rule(**of_rule)["analysisRule"]
    equal(found["analysisRulePolicy"], {"v1": {"custom": {"disallowedOutputColumns": ["id"]}}})
    with refused("ConflictException", "SUBRESOURCES_EXIST"):
        client.delete_intermediate_table(**ids)
    client.delete_intermediate_table_analysis_rule(**of_rule)
    client.delete_intermediate_table(**ids)
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        get_intermediate(world, made)


def test_a_rule_is_as_tight_as_those_of_its_base_tables(world):
    collaboration, ours, _ = world.joined("CAN_RECEIVE_RESULTS")
    of_owner = table(world)
    rule(world, of_owner, custom_rule(disallowedOutputColumns=["id"], additionalAnalyses="ALLOWED"))
    association = associate(world, ours, of_owner)
    association_rule(world, association)
    made = intermediate(world, ours)
    good = {"disallowedOutputColumns": ["id", "day"], "additionalAnalyses": "REQUIRED"}
    for wrong in (
        {"disallowedOutputColumns": ["day"]},
        {"additionalAnalyses": "NOT_ALLOWED"},
        {"allowedResultReceivers": [PARTNER]},
    ):
        with misconfigured("analysisRulePolicy"):
            intermediate_rule(world, made, **{**good, **wrong})
    world.owner.update_configured_table_association_analysis_rule(
        **association_id(association), **policy("custom", allowedResultReceivers=[PARTNER])
    )
    intermediate_rule(world, made, **good, allowedResultReceivers=[PARTNER])


def test_data_goes_with_a_base_table(world):
    ours, _, association = in_membership(world)
    first = intermediate(world, ours)
    second = intermediate(world, ours, "select * from results", name="second")
    kinds = {one["parentType"]: one["name"] for one in second["tableDependencies"]}
    equal(kinds, {"DIRECT": "results", "INDIRECT": "orders"})
    populated(world, first)
    world.owner.delete_configured_table_association(**association_id(association))
    for made in (first, second):
        found = get_intermediate(world, made)
        equal(found["status"], "BASE_TABLE_REMOVED")
        assert "schema" not in found, found
        with refused("ConflictException", "INVALID_STATE"):
            populate(world, made)


def test_a_data_provider_disallows(world):
    collaboration, ours, theirs = world.joined()
    of_partner = table(world, world.partner)
    associate(world, theirs, of_partner, world.partner)
    first = intermediate(world, ours)
    second = intermediate(world, ours, "select * from results", name="second")
    other = intermediate(world, ours, "select 1", name="other")
    with denied():
        disallow(world, world.owner, ours)
    with denied():
        disallow(world, world.partner, theirs, "other")
    with refused("ResourceNotFoundException", resourceId="none"):
        disallow(world, world.partner, theirs, "none")
    disallow(world, world.partner, theirs, includeDescendants=False)
    statuses = lambda: [get_intermediate(world, one)["status"] for one in (first, second, other)]
    equal(statuses(), ["DISALLOWED_BY_DATA_PROVIDER", "CREATED", "CREATED"])
    with refused("ConflictException", "INVALID_STATE"):
        disallow(world, world.partner, theirs)
    disallow(world, world.partner, theirs, "second")
    equal(statuses(), ["DISALLOWED_BY_DATA_PROVIDER"] * 2 + ["CREATED"])


def test_it_may_carry_an_access_budget(world):
    ours, _, _ = in_membership(world)
    made = intermediate(world, ours)
    budget = budget_template(world, ours, access(made["arn"]))
    delete = lambda: world.owner.delete_intermediate_table(**its(made, "intermediateTable"))
    with refused("ConflictException", "SUBRESOURCES_EXIST"):
        delete()
    world.owner.delete_privacy_budget_template(**its(budget, "privacyBudgetTemplate"))
    delete()


def test_a_population_by_a_job(world):
    ours = membership(world, "CAN_RUN_JOB")
    program = template(world, ours, format="PYSPARK_1_0", source=ARTIFACTS)
    configuration = {"jobParameters": {"analysisTemplateArn": program["arn"]}}
    made = intermediate(world, ours, populationAnalysisConfiguration=configuration)
    equal(populate(world, made)["analysisType"], "JOB")
    (job,) = world.owner.list_protected_jobs(**of(ours))["protectedJobs"]
    equal(job["status"], "SUBMITTED")
