"""Id namespaces, id mapping tables, and audience models."""

from parts import *


def test_a_namespace_is_a_part_like_any_other(world):
    made = namespace(
        world,
        membership(world),
        description="d",
        idMappingConfig={"allowUseAsDimensionColumn": True},
    )
    equal(made["name"], "My source")
    equal(made["inputReferenceProperties"]["idNamespaceType"], "SOURCE")
    assert made["inputReferenceProperties"]["idMappingWorkflowsSupported"], made
    client = world.owner
    (summary,) = client.list_id_namespace_associations(
        membershipIdentifier=made["membershipId"]
    )["idNamespaceAssociationSummaries"]
    equal(summary["inputReferenceProperties"], {"idNamespaceType": "SOURCE"})
    assert "idMappingConfig" not in summary, summary
    ids = its(made, "idNamespaceAssociation")
    config = {"allowUseAsDimensionColumn": False}
    changed = client.update_id_namespace_association(name="new", idMappingConfig=config, **ids)
    changed = changed["idNamespaceAssociation"]
    equal((changed["name"], changed["idMappingConfig"], changed["description"]), ("new", config, "d"))
    equal(client.get_id_namespace_association(**ids)["idNamespaceAssociation"], changed)
    client.delete_id_namespace_association(**ids)
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        client.get_id_namespace_association(**ids)


def test_namespaces_are_the_accounts_own_and_associated_once(world):
    ours = membership(world)
    with denied():
        namespace(world, ours, account=PARTNER)
    made = namespace(world, ours)
    with refused("ConflictException", "ALREADY_EXISTS", resourceId=made["id"]):
        namespace(world, ours, name="source")
    namespace(world, membership(world))


def test_members_see_each_others_namespaces(world):
    collaboration, ours, _ = world.joined()
    made = namespace(world, ours)
    side = {"collaborationIdentifier": collaboration["id"]}
    seen = world.partner.get_collaboration_id_namespace_association(
        idNamespaceAssociationIdentifier=made["id"], **side
    )["collaborationIdNamespaceAssociation"]
    equal((seen["creatorAccountId"], seen["name"]), (OWNER, made["name"]))
    (listed,) = world.partner.list_collaboration_id_namespace_associations(**side)[
        "collaborationIdNamespaceAssociationSummaries"
    ]
    equal(listed["id"], made["id"])


KEY = f"arn:aws:kms:us-east-1:{OWNER}:key/{ABSENT}"


def test_a_mapping_table_is_a_part_like_any_other(world):
    ours = membership(world)
    source, target = namespace(world, ours), namespace(world, ours, "target")
    made = mapping_table(world, ours, description="d", kmsKeyArn=KEY)
    sources = made["inputReferenceProperties"]["idMappingTableInputSource"]
    equal(
        {one["type"]: one["idNamespaceAssociationId"] for one in sources},
        {"SOURCE": source["id"], "TARGET": target["id"]},
    )
    client, ids = world.owner, its(made, "idMappingTable")
    equal(client.get_id_mapping_table(**ids)["idMappingTable"], made)
    (summary,) = client.list_id_mapping_tables(**of(ours))["idMappingTableSummaries"]
    assert "kmsKeyArn" not in summary and "inputReferenceProperties" not in summary, summary
    other = KEY[:-1] + "1"
    changed = client.update_id_mapping_table(kmsKeyArn=other, **ids)["idMappingTable"]
    equal((changed["kmsKeyArn"], changed["description"]), (other, "d"))
    first = client.populate_id_mapping_table(jobType="BATCH", **ids)["idMappingJobId"]
    assert client.populate_id_mapping_table(**ids)["idMappingJobId"] != first
    client.delete_id_mapping_table(**ids)
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        client.get_id_mapping_table(**ids)


def test_a_mapping_needs_both_namespaces(world):
    ours = membership(world)
    namespace(world, ours)
    with misconfigured("inputReferenceConfig"):
        mapping_table(world, ours)
    target = namespace(world, ours, "target")
    made = mapping_table(world, ours)
    world.owner.delete_id_namespace_association(**its(target, "idNamespaceAssociation"))
    with refused("ConflictException", "INVALID_STATE"):
        world.owner.populate_id_mapping_table(**its(made, "idMappingTable"))


def test_names_of_mapping_tables_are_those_of_tables(world):
    ours, _, _ = in_membership(world, name="mapping")
    namespace(world, ours), namespace(world, ours, "target")
    with refused("ConflictException", "ALREADY_EXISTS"):
        mapping_table(world, ours, name="Mapping")


def test_an_audience_model_is_a_part_like_any_other(world):
    made = audience(world, membership(world), description="d")
    equal((made["name"], made["manageResourcePolicies"]), ("Audience", True))
    equal(made["configuredAudienceModelArn"], MODEL_ARN)
    check_part(
        world,
        made,
        "configuredAudienceModelAssociation",
        "configuredAudienceModelAssociation",
        "configuredAudienceModelAssociationSummaries",
        {"manageResourcePolicies"},
        {"name": "new", "description": ""},
        "configuredaudiencemodelassociation",
    )


def test_members_see_each_others_audience_models(world):
    collaboration, ours, _ = world.joined()
    made = audience(world, ours)
    side = {"collaborationIdentifier": collaboration["id"]}
    seen = world.partner.get_collaboration_configured_audience_model_association(
        configuredAudienceModelAssociationIdentifier=made["id"], **side
    )["collaborationConfiguredAudienceModelAssociation"]
    equal((seen["creatorAccountId"], seen["name"]), (OWNER, "Audience"))
    assert "manageResourcePolicies" not in seen, seen
    (listed,) = world.partner.list_collaboration_configured_audience_model_associations(**side)[
        "collaborationConfiguredAudienceModelAssociationSummaries"
    ]
    equal(listed["id"], made["id"])
