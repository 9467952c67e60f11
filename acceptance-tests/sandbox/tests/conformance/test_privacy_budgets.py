"""Privacy budget templates, budgets, and the preview of their impact."""

from parts import *


def update(world, made, **settings):
    return world.owner.update_privacy_budget_template(
        privacyBudgetType=made["privacyBudgetType"],
        **its(made, "privacyBudgetTemplate"),
        **settings,
    )["privacyBudgetTemplate"]


def test_a_template_is_a_part_like_any_other(world):
    made = budget_template(world, membership(world))
    equal(made["parameters"], private()["parameters"])
    equal(made["autoRefresh"], "NONE")
    check_part(
        world,
        made,
        "privacyBudgetTemplate",
        "privacyBudgetTemplate",
        "privacyBudgetTemplateSummaries",
        {"parameters", "autoRefresh"},
        {"privacyBudgetType": "DIFFERENTIAL_PRIVACY"},
        "privacybudgettemplate",
    )


def test_one_template_of_differential_privacy_in_a_collaboration(world):
    _, ours, theirs = world.joined()
    made = budget_template(world, ours, autoRefresh="CALENDAR_MONTH")
    equal(made["autoRefresh"], "CALENDAR_MONTH")
    for membership_, client in ((ours, None), (theirs, world.partner)):
        with refused("ConflictException", "ALREADY_EXISTS", resourceId=made["id"]):
            budget_template(world, membership_, client=client)


def test_numbers_change_one_by_one(world):
    ours = membership(world)
    made = budget_template(world, ours)
    changed = update(world, made, parameters={"differentialPrivacy": {"epsilon": 5}})
    equal(changed["parameters"], private(epsilon=5)["parameters"])
    update(world, made, parameters={"differentialPrivacy": {"epsilon": 4}})
    ended_query(world, ours)
    with misconfigured("parameters.differentialPrivacy.epsilon"):
        update(world, made, parameters={"differentialPrivacy": {"epsilon": 3}})
    update(world, made, parameters={"differentialPrivacy": {"usersNoisePerQuery": 10}})
    with misconfigured("parameters"):
        budgets = [{"type": "LIFETIME", "budget": 1}]
        update(world, made, parameters={"accessBudget": {"budgetParameters": budgets}})
    with misconfigured("privacyBudgetType"):
        world.owner.update_privacy_budget_template(
            privacyBudgetType="ACCESS_BUDGET", **its(made, "privacyBudgetTemplate")
        )


def test_an_access_budget_is_for_a_table_of_the_membership(world):
    ours, _, association = in_membership(world)
    day, lifetime = {"type": "CALENDAR_DAY", "budget": 5}, {"type": "LIFETIME", "budget": 0}
    for settings in (
        access(association["arn"].replace(association["id"], ABSENT)),
        access(association["arn"].replace(ours["id"], ABSENT)),
        access(association["arn"], day, {**day, "type": "CALENDAR_WEEK"}),
        access(association["arn"], lifetime, lifetime),
        {**access(association["arn"]), "privacyBudgetType": "DIFFERENTIAL_PRIVACY"},
    ):
        with misconfigured():
            budget_template(world, ours, settings)
    made = budget_template(world, ours, access(association["arn"], day, lifetime))
    found = made["parameters"]["accessBudget"]
    equal(found["resourceArn"], association["arn"])
    equal(
        sorted(found["budgetParameters"], key=lambda one: one["type"]),
        [{**day, "autoRefresh": "ENABLED"}, lifetime],
    )
    with refused("ConflictException", "ALREADY_EXISTS"):
        budget_template(world, ours, access(association["arn"]))
    changed = update(
        world, made, parameters={"accessBudget": {"budgetParameters": [lifetime]}}
    )
    equal(
        changed["parameters"]["accessBudget"],
        {"resourceArn": association["arn"], "budgetParameters": [lifetime]},
    )


def test_a_table_with_a_budget_stays(world):
    ours, _, association = in_membership(world)
    made = budget_template(world, ours, access(association["arn"]))
    delete = lambda: world.owner.delete_configured_table_association(
        **association_id(association)
    )
    with refused("ConflictException", "SUBRESOURCES_EXIST"):
        delete()
    world.owner.delete_privacy_budget_template(**its(made, "privacyBudgetTemplate"))
    delete()


def test_budgets_say_what_is_left(world):
    collaboration, ours, _ = world.joined()
    association = associate(world, ours, table(world))
    private_one = budget_template(world, ours)
    lifetime = {"type": "LIFETIME", "budget": 7}
    day = {"type": "CALENDAR_DAY", "budget": 5}
    access_one = budget_template(world, ours, access(association["arn"], day, lifetime))
    budgets = lambda kind, **settings: world.owner.list_privacy_budgets(
        **of(ours), privacyBudgetType=kind, **settings
    )["privacyBudgetSummaries"]
    (found,) = budgets("DIFFERENTIAL_PRIVACY")
    equal(found["privacyBudgetTemplateId"], private_one["id"])
    equal(found["privacyBudgetTemplateArn"], private_one["arn"])
    budget = found["budget"]["differentialPrivacy"]
    equal(budget["epsilon"], 3)
    for one in budget["aggregations"]:
        equal(one["maxCount"], one["remainingCount"])
    (found,) = budgets("ACCESS_BUDGET", accessBudgetResourceArn=association["arn"])
    equal(found["privacyBudgetTemplateId"], access_one["id"])
    budget = found["budget"]["accessBudget"]
    equal((budget["resourceArn"], budget["aggregateRemainingBudget"]), (association["arn"], 5))
    details = {one["budgetType"]: one for one in budget["details"]}
    equal(details["CALENDAR_DAY"]["autoRefresh"], "ENABLED")
    assert "endTime" in details["CALENDAR_DAY"] and "endTime" not in details["LIFETIME"], details
    equal(budgets("ACCESS_BUDGET", accessBudgetResourceArn=association["arn"][:-1] + "x"), [])
    side = {"collaborationIdentifier": collaboration["id"]}
    (seen,) = world.partner.list_collaboration_privacy_budgets(
        privacyBudgetType="DIFFERENTIAL_PRIVACY", **side
    )["collaborationPrivacyBudgetSummaries"]
    equal((seen["creatorAccountId"], seen["type"]), (OWNER, "DIFFERENTIAL_PRIVACY"))


def test_members_see_each_others_templates(world):
    collaboration, ours, _ = world.joined()
    made = budget_template(world, ours)
    side = {"collaborationIdentifier": collaboration["id"]}
    seen = world.partner.get_collaboration_privacy_budget_template(
        privacyBudgetTemplateIdentifier=made["id"], **side
    )["collaborationPrivacyBudgetTemplate"]
    equal((seen["creatorAccountId"], seen["parameters"]), (OWNER, made["parameters"]))
    (listed,) = world.partner.list_collaboration_privacy_budget_templates(**side)[
        "collaborationPrivacyBudgetTemplateSummaries"
    ]
    equal(listed["id"], made["id"])
    with refused("ResourceNotFoundException", resourceId=ABSENT):
        world.partner.get_collaboration_privacy_budget_template(
            privacyBudgetTemplateIdentifier=ABSENT, **side
        )


def test_the_preview_grows_with_both_numbers_and_keeps_nothing(world):
    ours = membership(world)

    def counts(epsilon, noise):
        parameters = private(epsilon, noise)["parameters"]
        impact = world.owner.preview_privacy_impact(**of(ours), parameters=parameters)
        found = impact["privacyImpact"]["differentialPrivacy"]["aggregations"]
        return {one["type"]: one["maxCount"] for one in found}

    low = counts(1, 10)
    equal(set(low), {"AVG", "COUNT", "COUNT_DISTINCT", "SUM", "STDDEV"})
    for more in (counts(2, 10), counts(1, 20)):
        assert all(more[kind] > low[kind] for kind in low), (low, more)
    equal(
        world.owner.list_privacy_budget_templates(**of(ours))["privacyBudgetTemplateSummaries"], []
    )
