"""Schemas: tables of a collaboration as its members see them."""

from parts import *


class Tables:
    """A collaboration in which the owner has a table, and the partner looks."""

    def __init__(self, world, settings=None, **of_table):
        self.world = world
        self.collaboration, self.ours, _ = world.joined("CAN_RECEIVE_RESULTS")
        self.side = {"collaborationIdentifier": self.collaboration["id"]}
        self.table = table(world, **of_table)
        if settings:
            rule(world, self.table, settings)
        self.association = associate(world, self.ours, self.table, description="all orders")

    def get(self, name="orders"):
        return self.world.partner.get_schema(name=name, **self.side)["schema"]

    def reasons(self, analysis="DIRECT_ANALYSIS", name="orders"):
        details = {one["analysisType"]: one for one in self.get(name)["schemaStatusDetails"]}
        found = {one["code"] for one in details[analysis].get("reasons", [])}
        equal(details[analysis]["status"], "NOT_READY" if found else "READY")
        return found


def test_a_table_is_a_schema(world):
    tables = Tables(world, custom_rule(), analysisMethod="MULTIPLE", selectedAnalysisMethods=BOTH)
    found = tables.get()
    equal(
        (found["name"], found["type"], found["description"], found["creatorAccountId"]),
        ("orders", "TABLE", "all orders", OWNER),
    )
    equal({one["name"] for one in found["columns"]}, set(COLUMNS))
    equal((found["partitionKeys"], found["analysisRuleTypes"]), ([], ["CUSTOM"]))
    equal((found["analysisMethod"], set(found["selectedAnalysisMethods"])), ("MULTIPLE", set(BOTH)))
    equal(found["resourceArn"], tables.association["arn"])
    equal(
        found["schemaTypeProperties"],
        {
            "configuredTableAssociation": {
                "configuredTableAssociationId": tables.association["id"]
            }
        },
    )
    (listed,) = world.partner.list_schemas(**tables.side)["schemaSummaries"]
    equal(listed, {name: found[name] for name in listed})
    for left_out in ("columns", "description", "schemaStatusDetails"):
        assert left_out not in listed, listed


def test_lists_are_filtered_by_type(world):
    tables = Tables(world)
    listed = lambda kind: world.partner.list_schemas(schemaType=kind, **tables.side)
    equal(len(listed("TABLE")["schemaSummaries"]), 1)
    equal(listed("ID_MAPPING_TABLE")["schemaSummaries"], [])


def test_a_table_says_what_it_still_needs(world):
    tables = Tables(world)
    equal(tables.reasons(), {"ANALYSIS_RULE_MISSING"})
    equal(tables.reasons("ADDITIONAL_ANALYSIS"), {"ANALYSIS_RULE_MISSING"})
    private = {"columns": [{"name": "id"}]}
    rule(world, tables.table, custom_rule(differentialPrivacy=private, additionalAnalyses="ALLOWED"))
    equal(
        tables.reasons(),
        {
            "ANALYSIS_TEMPLATES_NOT_CONFIGURED",
            "DIFFERENTIAL_PRIVACY_POLICY_NOT_CONFIGURED",
            "COLLABORATION_ANALYSIS_RULE_NOT_CONFIGURED",
        },
    )
    equal(tables.reasons("ADDITIONAL_ANALYSIS"), {"ADDITIONAL_ANALYSES_NOT_CONFIGURED"})
    (direct,) = [
        one
        for one in tables.get()["schemaStatusDetails"]
        if one["analysisType"] == "DIRECT_ANALYSIS"
    ]
    equal(direct["configurations"], ["DIFFERENTIAL_PRIVACY"])
    budget_template(world, tables.ours)
    template_arn = template(world, tables.ours)["arn"]
    world.owner.update_configured_table_analysis_rule(
        **table_id(tables.table), **custom_rule(allowedAnalyses=[template_arn])
    )
    association_rule(world, tables.association)
    equal(tables.reasons(), {"RESULT_RECEIVERS_NOT_CONFIGURED"})
    equal(tables.reasons("ADDITIONAL_ANALYSIS"), {"ADDITIONAL_ANALYSES_NOT_ALLOWED"})
    world.owner.update_configured_table_association_analysis_rule(
        **association_id(tables.association), **policy("custom", allowedResultReceivers=[PARTNER])
    )
    equal(tables.reasons(), set())
    world.owner.delete_configured_table_analysis_rule(
        analysisRuleType="CUSTOM", **table_id(tables.table)
    )
    rule(world, tables.table, list_rule())
    equal(tables.reasons(), {"ANALYSIS_RULE_TYPES_NOT_COMPATIBLE"})


def test_a_rule_is_seen_with_what_both_sides_say(world):
    tables = Tables(world, list_rule())
    get = lambda kind="LIST": world.partner.get_schema_analysis_rule(
        name="orders", type=kind, **tables.side
    )["analysisRule"]
    found = get()
    equal((found["name"], found["type"]), ("orders", "LIST"))
    equal(found["policy"], list_rule()["analysisRulePolicy"])
    assert "collaborationPolicy" not in found, found
    settings = policy("list", allowedResultReceivers=[PARTNER])
    association_rule(world, tables.association, settings)
    found = get()
    equal(found["collaborationPolicy"], settings["analysisRulePolicy"])
    both = found["consolidatedPolicy"]["v1"]["list"]
    equal(both, {"joinColumns": ["id"], "listColumns": ["day"], "allowedResultReceivers": [PARTNER]})
    with refused("ResourceNotFoundException"):
        get("CUSTOM")


def test_batches_tell_what_is_missing(world):
    tables = Tables(world, list_rule())
    found = world.partner.batch_get_schema(names=["orders", "none"], **tables.side)
    equal([one["name"] for one in found["schemas"]], ["orders"])
    (error,) = found["errors"]
    equal((error["name"], error["code"]), ("none", "ResourceNotFoundException"))
    requests = [{"name": "orders", "type": kind} for kind in ("LIST", "CUSTOM")]
    found = world.partner.batch_get_schema_analysis_rule(
        schemaAnalysisRuleRequests=requests, **tables.side
    )
    equal([one["type"] for one in found["analysisRules"]], ["LIST"])
    (error,) = found["errors"]
    equal((error["name"], error["type"]), ("orders", "CUSTOM"))


def test_names_may_have_blanks(world):
    tables = Tables(world)
    associate(world, tables.ours, tables.table, name="My Orders")
    equal(tables.get("my orders")["name"], "my orders")
    with refused("ResourceNotFoundException", resourceId="none"):
        tables.get("none")


def test_only_active_members_look(world):
    tables = Tables(world)
    with denied():
        world.third.list_schemas(**tables.side)
    world.owner.delete_member(accountId=PARTNER, **tables.side)
    with denied():
        tables.get()


def test_mapping_and_intermediate_tables_are_schemas_as_well(world):
    tables = Tables(world)
    namespace(world, tables.ours), namespace(world, tables.ours, "target")
    mapping = mapping_table(world, tables.ours)
    found = tables.get("mapping")
    equal((found["type"], found["analysisRuleTypes"]), ("ID_MAPPING_TABLE", ["ID_MAPPING_TABLE"]))
    equal(found["resourceArn"], mapping["arn"])
    equal(found["schemaTypeProperties"]["idMappingTable"]["idMappingTableId"], mapping["id"])
    equal(tables.reasons(name="mapping"), {"ID_MAPPING_TABLE_NOT_POPULATED"})
    world.owner.populate_id_mapping_table(**its(mapping, "idMappingTable"))
    equal(tables.reasons(name="mapping"), set())
    its_rule = world.partner.get_schema_analysis_rule(
        name="mapping", type="ID_MAPPING_TABLE", **tables.side
    )["analysisRule"]
    equal(len(its_rule["policy"]["v1"]["idMappingTable"]["joinColumns"]), 2)

    made = intermediate(world, tables.ours)
    found = tables.get("results")
    equal(found["type"], "INTERMEDIATE_TABLE")
    assert "resourceArn" not in found, found
    equal(
        tables.reasons(name="results"),
        {"INTERMEDIATE_TABLE_NOT_POPULATED", "INTERMEDIATE_TABLE_ANALYSIS_RULE_MISSING"},
    )
    populated(world, made)
    intermediate_rule(world, made)
    equal(tables.reasons(name="results"), set())
    its_rule = world.partner.get_schema_analysis_rule(
        name="results", type="CUSTOM", **tables.side
    )["analysisRule"]
    equal(its_rule["policy"], {"v1": {"custom": {"allowedAnalyses": []}}})
    equal({one["name"] for one in tables.get("results")["columns"]}, set(COLUMNS))
    world.owner.delete_configured_table_association(**association_id(tables.association))
    equal(tables.reasons(name="results"), {"INTERMEDIATE_TABLE_BASE_TABLE_REMOVED"})
