"""Configured tables: references, methods, updates, deletion, and who sees them."""

from tables import *


def get(world, made, client=None):
    return (client or world.owner).get_configured_table(**table_id(made))["configuredTable"]


def update(world, made, **settings):
    return world.owner.update_configured_table(**table_id(made), **settings)["configuredTable"]


def delete(world, made, client=None):
    (client or world.owner).delete_configured_table(**table_id(made))


def test_a_table_says_what_it_was_made_with(world):
    made = table(world, description="all orders", tags={"a": "b"})
    equal(made["arn"], f"arn:aws:cleanrooms:us-east-1:{OWNER}:configuredtable/{made['id']}")
    equal(
        (made["name"], made["description"], made["analysisMethod"], made["tableType"]),
        ("Orders 2026", "all orders", "DIRECT_QUERY", "GLUE"),
    )
    equal(made["tableReference"], {"glue": {**GLUE["glue"], "region": REGION}})
    equal(sorted(made["allowedColumns"]), sorted(COLUMNS))
    equal(made["analysisRuleTypes"], [])
    equal(made["createTime"], made["updateTime"])
    assert "selectedAnalysisMethods" not in made and "tags" not in made, made
    equal(get(world, made), made)
    tags = world.owner.list_tags_for_resource(resourceArn=made["arn"])["tags"]
    equal(tags, {"a": "b"})


def test_lists_come_back_in_another_order(world):
    made = table(world, allowedColumns=["a", "b", "c", "b"])
    equal(set(made["allowedColumns"]), {"a", "b", "c"})
    assert made["allowedColumns"] != ["a", "b", "c"]


def test_every_source_comes_back(world):
    for reference, kind in ((SNOWFLAKE, "SNOWFLAKE"), (DATABRICKS, "DATABRICKS")):
        made = table(world, tableReference=reference)
        equal((made["tableReference"], made["tableType"]), (reference, kind))
    made = table(world, tableReference=ATHENA)
    equal(made["tableReference"], {"athena": {**ATHENA["athena"], "region": REGION}})


def test_a_description_that_was_not_given_is_absent(world):
    assert "description" not in table(world)
    equal(table(world, description="")["description"], "")


def test_both_methods_go_with_multiple(world):
    made = table(world, analysisMethod="MULTIPLE", selectedAnalysisMethods=BOTH)
    equal(set(made["selectedAnalysisMethods"]), set(BOTH))
    for method, selected in (
        ("MULTIPLE", None),
        ("MULTIPLE", ["DIRECT_QUERY"]),
        ("DIRECT_QUERY", BOTH),
        ("DIRECT_JOB", ["DIRECT_JOB"]),
    ):
        settings = {} if selected is None else {"selectedAnalysisMethods": selected}
        with misconfigured("selectedAnalysisMethods"):
            table(world, analysisMethod=method, **settings)


def test_an_update_changes_what_it_names(world):
    made = table(world, description="old")
    updated = update(world, made, name="new")
    equal((updated["name"], updated["description"]), ("new", "old"))
    assert updated["updateTime"] >= made["updateTime"]
    updated = update(world, made, description="", allowedColumns=["id"])
    equal((updated["name"], updated["description"]), ("new", ""))
    equal(updated["allowedColumns"], ["id"])
    other = {"glue": {"databaseName": "sales", "tableName": "more", "region": "eu-west-1"}}
    equal(update(world, made, tableReference=other)["tableReference"], other)
    equal(get(world, made)["tableReference"], other)


def test_methods_change_together(world):
    made = table(world)
    with misconfigured("selectedAnalysisMethods"):
        update(world, made, analysisMethod="MULTIPLE")
    updated = update(world, made, analysisMethod="MULTIPLE", selectedAnalysisMethods=BOTH)
    equal(set(updated["selectedAnalysisMethods"]), set(BOTH))
    updated = update(world, made, analysisMethod="DIRECT_JOB")
    equal(updated["analysisMethod"], "DIRECT_JOB")
    assert "selectedAnalysisMethods" not in updated


def test_another_kind_of_source_is_refused(world):
    with misconfigured("tableReference"):
        update(world, table(world), tableReference=SNOWFLAKE)


def test_columns_of_a_rule_stay_allowed(world):
    made = table(world)
    rule(world, made, list_rule())
    with refused("ConflictException", "INVALID_STATE", resourceType="CONFIGURED_TABLE"):
        update(world, made, allowedColumns=["id"])
    update(world, made, allowedColumns=["id", "day"])
    with refused("ConflictException", "INVALID_STATE"):
        update(world, made, analysisMethod="DIRECT_JOB")


def test_a_table_with_a_rule_stays(world):
    made = table(world)
    rule(world, made)
    with refused("ConflictException", "SUBRESOURCES_EXIST", resourceId=made["id"]):
        delete(world, made)
    world.owner.delete_configured_table_analysis_rule(
        analysisRuleType="CUSTOM", **table_id(made)
    )
    delete(world, made)
    with refused("ResourceNotFoundException", resourceType="CONFIGURED_TABLE"):
        get(world, made)


def test_associations_outlive_their_table(world):
    _, made, association = in_membership(world)
    delete(world, made)
    equal(get_association(world, association)["configuredTableId"], made["id"])


def test_tables_are_the_accounts_own(world):
    made = table(world)
    for call in (get, delete):
        with denied():
            call(world, made, client=world.partner)
    equal(world.partner.list_configured_tables()["configuredTableSummaries"], [])
    elsewhere = world.client(OWNER, "eu-west-1")
    with refused("ResourceNotFoundException"):
        get(world, made, client=elsewhere)
    equal(elsewhere.list_configured_tables()["configuredTableSummaries"], [])


def test_summaries_leave_settings_out(world):
    made = table(world, analysisMethod="MULTIPLE", selectedAnalysisMethods=BOTH, description="x")
    rule(world, made)
    (summary,) = world.owner.list_configured_tables()["configuredTableSummaries"]
    whole = get(world, made)
    left_out = {"description", "tableReference", "allowedColumns"}
    equal(summary, {name: value for name, value in whole.items() if name not in left_out})
    equal(summary["analysisRuleTypes"], ["CUSTOM"])


def test_tags_change_by_arn(world):
    made = table(world)
    client = world.owner
    client.tag_resource(resourceArn=made["arn"], tags={"a": "1", "b": "2"})
    client.untag_resource(resourceArn=made["arn"], tagKeys=["a"])
    equal(client.list_tags_for_resource(resourceArn=made["arn"])["tags"], {"b": "2"})
    with denied():
        world.partner.list_tags_for_resource(resourceArn=made["arn"])
    with misconfigured("tags"):
        table(world, tags={"aws:x": "y"})


def test_shapes_are_the_models(world):
    for settings, field in (
        ({"allowedColumns": []}, "allowedColumns"),
        ({"allowedColumns": ["Upper"]}, "allowedColumns[0]"),
        ({"allowedColumns": ["a-b"]}, "allowedColumns[0]"),
        ({"name": " "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"tableReference": {}}, "tableReference"),
        ({"tableReference": {**GLUE, **ATHENA}}, "tableReference"),
        ({"analysisMethod": "DIRECT"}, "analysisMethod"),
    ):
        with invalid(field):
            table(world, **settings)
    table(world, description=" \r\n", allowedColumns=["ab-c", "a b"])


def test_what_a_table_makes_may_not_be_visible_yet(world):
    world.fault("CreateConfiguredTable", "not_yet_visible", reads=2)
    made = table(world)
    equal(world.owner.list_configured_tables()["configuredTableSummaries"], [])
    with refused("ResourceNotFoundException"):
        get(world, made)
    equal(get(world, made), made)
    world.fault("CreateConfiguredTableAnalysisRule", "not_yet_visible", reads=1)
    rule(world, made)
    of_rule = {"analysisRuleType": "CUSTOM", **table_id(made)}
    with refused("ResourceNotFoundException"):
        world.owner.get_configured_table_analysis_rule(**of_rule)
    world.owner.get_configured_table_analysis_rule(**of_rule)
