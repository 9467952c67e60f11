"""Analysis templates, on both sides."""

from parts import *


def test_a_template_is_a_part_like_any_other(world):
    made = template(world, membership(world), description="d")
    check_part(
        world,
        made,
        "analysisTemplate",
        "analysisTemplate",
        "analysisTemplateSummaries",
        {"source", "format", "schema"},
        {"description": "new"},
        "analysistemplate",
    )


def test_sql_says_which_tables_it_reads(world):
    ours = membership(world)
    made = template(world, ours, source={"text": "select * from A join \"my b\" on true"})
    equal(set(made["schema"]["referencedTables"]), {"a", "my b"})
    equal(made["source"], {"text": "select * from A join \"my b\" on true"})
    equal(template(world, ours, name="b", source={"text": "select 1"})["schema"], {"referencedTables": []})


def test_a_program_is_in_artifacts(world):
    made = template(
        world,
        membership(world),
        format="PYSPARK_1_0",
        source=ARTIFACTS,
        schema={"referencedTables": ["orders"]},
        errorMessageConfiguration={"type": "DETAILED"},
        analysisParameters=[{"name": "p", "type": "STRING", "defaultValue": "x"}],
    )
    equal(made["source"], ARTIFACTS)
    equal(made["schema"], {"referencedTables": ["orders"]})
    hashes = made["sourceMetadata"]["artifacts"]
    equal(len(hashes["entryPointHash"]["sha256"]), 64)
    equal(len(hashes["additionalArtifactHashes"]), 1)
    assert hashes["entryPointHash"] != hashes["additionalArtifactHashes"][0]


SYNTHETIC = {
    "mlSyntheticDataParameters": {
        "epsilon": 0.0001,
        "maxMembershipInferenceAttackScore": 0.5,
        "columnClassification": {
            "columnMapping": [
                {"columnName": f"c{n}", "columnType": "CATEGORICAL", "isPredictiveValue": n == 0}
                for n in range(5)
            ]
        },
    }
}


def test_synthetic_data_comes_from_sql(world):
    ours = membership(world)
    made = template(world, ours, syntheticDataParameters=SYNTHETIC)
    found = made["syntheticDataParameters"]["mlSyntheticDataParameters"]
    equal((found["epsilon"], found["maxMembershipInferenceAttackScore"]), (0.0001, 0.5))
    (summary,) = world.owner.list_analysis_templates(**of(ours))["analysisTemplateSummaries"]
    equal(summary["isSyntheticData"], True)


def test_what_a_template_may_not_be(world):
    ours = membership(world)
    parameters = lambda *names, kind="STRING": {
        "analysisParameters": [{"name": name, "type": kind} for name in names]
    }
    program = {"format": "PYSPARK_1_0", "source": ARTIFACTS}
    for settings in (
        {"source": ARTIFACTS},
        {"format": "PYSPARK_2_0"},
        {"errorMessageConfiguration": {"type": "DETAILED"}},
        parameters("a", "a"),
        {**program, **parameters("a", kind="INTEGER")},
        {**program, **parameters("1a")},
        {**program, "syntheticDataParameters": SYNTHETIC},
    ):
        with misconfigured():
            template(world, ours, **settings)
    with refused("ValidationException", "INVALID_QUERY"):
        template(world, ours, source={"text": " "})
    template(world, ours, **parameters("1a", "b", kind="INTEGER"))


def test_programs_come_from_members_who_receive_results(world):
    ours = world.join(world.owner, world.collaboration())
    with misconfigured("format"):
        template(world, ours, format="PYSPARK_1_0", source=ARTIFACTS)


def test_names_are_unique_in_a_membership(world):
    ours = membership(world)
    made = template(world, ours)
    with refused("ConflictException", "ALREADY_EXISTS", resourceId=made["id"]):
        template(world, ours)
    template(world, membership(world))


def test_validations_follow_rules_and_budgets(world):
    ours = membership(world)
    of_owner = table(world)
    rule(world, of_owner, custom_rule(differentialPrivacy={"columns": [{"name": "id"}]}))
    made = template(world, ours)
    assert "validations" not in made, made
    associate(world, ours, of_owner)
    get = lambda: world.owner.get_analysis_template(**its(made, "analysisTemplate"))
    (validation,) = get()["analysisTemplate"]["validations"]
    equal((validation["type"], validation["status"]), ("DIFFERENTIAL_PRIVACY", "UNABLE_TO_VALIDATE"))
    budget_template(world, ours)
    equal(get()["analysisTemplate"]["validations"], [{"type": "DIFFERENTIAL_PRIVACY", "status": "VALID"}])


# The collaboration's side


def test_members_see_each_others_templates(world):
    collaboration, ours, theirs = world.joined("CAN_RECEIVE_RESULTS")
    side = {"collaborationIdentifier": collaboration["id"]}
    text = template(world, ours)
    program = template(
        world, theirs, world.partner, name="p", format="PYSPARK_1_0", source=ARTIFACTS
    )
    owner, partner = world.owner, world.partner
    seen = partner.get_collaboration_analysis_template(
        **side, analysisTemplateArn=text["arn"]
    )["collaborationAnalysisTemplate"]
    equal((seen["id"], seen["creatorAccountId"], seen["source"]), (text["id"], OWNER, text["source"]))
    assert "membershipId" not in seen, seen
    seen = owner.get_collaboration_analysis_template(**side, analysisTemplateArn=program["arn"])
    assert "source" not in seen["collaborationAnalysisTemplate"], seen
    assert "sourceMetadata" in seen["collaborationAnalysisTemplate"], seen
    own = partner.get_collaboration_analysis_template(**side, analysisTemplateArn=program["arn"])
    assert "source" in own["collaborationAnalysisTemplate"], own
    listed = owner.list_collaboration_analysis_templates(**side)
    listed = listed["collaborationAnalysisTemplateSummaries"]
    equal({one["id"] for one in listed}, {text["id"], program["id"]})
    absent = text["arn"].replace(text["id"], ABSENT)
    with refused("ResourceNotFoundException", resourceId=absent):
        owner.get_collaboration_analysis_template(**side, analysisTemplateArn=absent)
    batch = owner.batch_get_collaboration_analysis_template(
        **side, analysisTemplateArns=[text["arn"], absent]
    )
    equal([one["id"] for one in batch["collaborationAnalysisTemplates"]], [text["id"]])
    (error,) = batch["errors"]
    equal((error["arn"], error["code"]), (absent, "ResourceNotFoundException"))


def test_only_members_look(world):
    collaboration = world.collaboration(members=[member(PARTNER)])
    ours = world.join(world.owner, collaboration)
    side = {"collaborationIdentifier": collaboration["id"]}
    for client in (world.partner, world.stranger):
        with denied():
            client.list_collaboration_analysis_templates(**side)
    theirs = world.join(world.partner, collaboration)
    made = template(world, theirs, world.partner)
    world.owner.delete_member(accountId=PARTNER, **side)
    listed = world.owner.list_collaboration_analysis_templates(**side)
    equal(listed["collaborationAnalysisTemplateSummaries"], [])
    with denied():
        world.partner.list_collaboration_analysis_templates(**side)
    # Its owner still has it, and cannot change it.
    world.partner.get_analysis_template(**its(made, "analysisTemplate"))
    with denied():
        world.partner.update_analysis_template(description="x", **its(made, "analysisTemplate"))
