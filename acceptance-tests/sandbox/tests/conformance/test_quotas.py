"""Quotas, with AWS's defaults and adjusted."""

from test_analyses import get_query, job, query, runner
from parts import *


def exceeded(name, value):
    return refused("ServiceQuotaExceededException", quotaName=name, quotaValue=float(value))


def test_defaults_are_those_of_aws(world):
    found = world.admin("GET", "quotas")
    for name, value in (
        ("collaborations_created_per_account", 500),
        ("memberships_per_account", 500),
        ("members_invited_per_collaboration", 5),
        ("concurrent_queries_per_membership", 5),
        ("concurrent_jobs_per_membership_in_large_regions", 5),
        ("concurrent_jobs_per_membership", 1),
        ("concurrent_queries_per_account_in_us_east_1", 5),
        ("concurrent_queries_per_account", 2),
        ("concurrent_jobs_per_account_in_us_east_1", 5),
        ("concurrent_jobs_per_account", 2),
        ("configured_tables_per_account", 250),
        ("columns_per_configured_table", 100),
        ("table_associations_per_membership", 100),
        ("analysis_rule_kilobytes", 100),
        ("analysis_templates_per_membership", 100),
        ("access_budgets_per_collaboration", 25),
        ("id_namespace_associations_per_membership", 10),
        ("id_mapping_tables_per_membership", 5),
        ("audience_model_associations_per_membership", 5),
        ("intermediate_tables_per_membership", 25),
        ("concurrent_log_exports_per_membership", 5),
        ("concurrent_log_exports_per_account", 10),
        ("open_change_requests_per_collaboration", None),
        ("calls_per_second", None),
        ("calls_per_second_of_frequent_reads", None),
    ):
        equal((name, found[name]), (name, value))


def test_collaborations_created_per_account(world):
    world.quota(collaborations_created_per_account=2)
    made = [world.collaboration() for _ in range(2)]
    with exceeded("Collaborations created per account", 2):
        world.collaboration()
    world.collaboration(world.partner)
    world.collaboration(world.client(OWNER, "eu-west-1"))
    world.owner.delete_collaboration(collaborationIdentifier=made[0]["id"])
    world.collaboration()
    world.quota(collaborations_created_per_account=3)
    world.collaboration()


def test_memberships_per_account(world):
    world.quota(memberships_per_account=2)
    for _ in range(2):
        world.join(world.owner, world.collaboration())
    with exceeded("Memberships per account", 2):
        world.join(world.owner, world.collaboration())


def test_members_invited_per_collaboration(world):
    accounts = [f"{number:012}" for number in range(6)]
    with exceeded("Members invited per collaboration", 5):
        world.collaboration(members=[member(account) for account in accounts])
    made = world.collaboration(
        members=[member(account) for account in accounts[:5]],
        autoApprovedChangeRequestTypes=["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"],
    )
    add = member_change(accounts[5], displayName="sixth")
    with exceeded("Members invited per collaboration", 5):
        world.request(made, add)
    world.request(made, member_change(accounts[0], "CAN_RECEIVE_RESULTS"))
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=accounts[1])
    equal(world.request(made, add)["status"], "COMMITTED")
    world.quota(members_invited_per_collaboration=0)
    with exceeded("Members invited per collaboration", 0):
        world.collaboration(members=[member(PARTNER)])


def test_concurrent_queries_per_membership(world):
    world.quota(concurrent_queries_per_account_in_us_east_1=100)
    _, ours = runner(world)
    started = [query(world, ours) for _ in range(5)]
    with exceeded("Concurrent ongoing queries per membership", 5):
        query(world, ours)
    get_query(world, started[0])
    with exceeded("Concurrent ongoing queries per membership", 5):
        query(world, ours)
    equal(get_query(world, started[0])["status"], "SUCCESS")
    query(world, ours)
    world.quota(concurrent_queries_per_membership=6)
    query(world, ours)


def test_concurrent_jobs_per_membership(world):
    for region, quota in ((REGION, 5), ("ap-southeast-2", 1)):
        client = world.client(OWNER, region)
        world.quota(concurrent_jobs_per_account_in_us_east_1=100, concurrent_jobs_per_account=100)
        made = world.collaboration(client, abilities=["CAN_QUERY", "CAN_RUN_JOB"])
        ours = world.join(client, made)
        for _ in range(quota):
            job(world, ours, client)
        with exceeded("Concurrent ongoing jobs per membership", quota):
            job(world, ours, client)
    world.quota(concurrent_jobs_per_membership=2)
    job(world, ours, client)


def test_concurrent_jobs_per_membership_are_adjustable_in_large_regions(world):
    world.quota(concurrent_jobs_per_membership_in_large_regions=1)
    _, ours = runner(world)
    job(world, ours)
    with exceeded("Concurrent ongoing jobs per membership", 1):
        job(world, ours)


def test_calls_per_second(world):
    world.quota(calls_per_second=2, calls_per_second_of_frequent_reads=3)
    made = table(world)
    # The first calls of a bucket are free, however slow this machine is.
    outcomes = []
    for _ in range(30):
        try:
            world.owner.list_memberships()
            outcomes.append("ok")
        except ClientError as err:
            outcomes.append(err.response["Error"]["Code"])
    equal(outcomes[:2], ["ok", "ok"])
    assert "ThrottlingException" in outcomes, outcomes
    world.partner.list_memberships()
    world.client(OWNER, "eu-west-1").list_memberships()
    for _ in range(3):
        world.owner.get_configured_table(**table_id(made))


def test_concurrent_analyses_per_account(world):
    for region, quota in ((REGION, 5), ("eu-west-1", 2)):
        client = world.client(OWNER, region)
        memberships = []
        for _ in range(6):
            made = world.collaboration(client, abilities=["CAN_QUERY", "CAN_RUN_JOB"])
            memberships.append(world.join(client, made))
        for start, name in (
            (query, "Concurrent SQL queries per account"),
            (job, "Concurrent PySpark jobs per account"),
        ):
            for membership in memberships[:quota]:
                start(world, membership, client)
            with exceeded(name, quota):
                start(world, memberships[quota], client)


def test_analyses_per_account_are_adjustable(world):
    world.quota(
        concurrent_queries_per_account_in_us_east_1=1,
        concurrent_jobs_per_account_in_us_east_1=0,
        concurrent_queries_per_account=0,
        concurrent_jobs_per_account=0,
    )
    _, ours = runner(world)
    query(world, ours)
    with exceeded("Concurrent SQL queries per account", 1):
        query(world, ours)
    with exceeded("Concurrent PySpark jobs per account", 0):
        job(world, ours)


def test_open_change_requests_per_collaboration(world):
    world.quota(open_change_requests_per_collaboration=1)
    made = world.collaboration()
    first = world.request(made, member_change(PARTNER, displayName="partner"))
    with exceeded("Open change requests per collaboration", 1):
        world.request(made, member_change(THIRD, displayName="third"))
    world.act(world.owner, first, "CANCEL")
    world.request(made, member_change(THIRD, displayName="third"))


def test_configured_tables_per_account(world):
    world.quota(configured_tables_per_account=1)
    made = table(world)
    with exceeded("Configured tables per account", 1):
        table(world)
    table(world, world.partner)
    table(world, world.client(OWNER, "eu-west-1"))
    world.owner.delete_configured_table(**table_id(made))
    table(world)


def test_columns_per_configured_table(world):
    world.quota(columns_per_configured_table=2)
    with exceeded("Columns per configured table", 2):
        table(world)
    made = table(world, allowedColumns=["a", "b", "a"])
    with exceeded("Columns per configured table", 2):
        world.owner.update_configured_table(allowedColumns=COLUMNS, **table_id(made))
    world.owner.update_configured_table(name="x", **table_id(made))


def test_table_associations_per_membership(world):
    world.quota(table_associations_per_membership=1)
    ours, of_owner, _ = in_membership(world)
    with exceeded("Configured table associations per membership", 1):
        associate(world, ours, of_owner, name="second")
    associate(world, world.join(world.owner, world.collaboration()), of_owner)


def test_analysis_rule_kilobytes(world):
    world.quota(analysis_rule_kilobytes=1)
    made = table(world)
    providers = [f"{number:012}" for number in range(100)]
    settings = custom_rule(allowedAnalyses=["ANY_QUERY"], allowedAnalysisProviders=providers)
    with exceeded("Analysis rule size in KB", 1):
        rule(world, made, settings)
    rule(world, made)


def test_parts_of_a_membership(world):
    world.quota(
        analysis_templates_per_membership=1,
        id_namespace_associations_per_membership=2,
        id_mapping_tables_per_membership=1,
        audience_model_associations_per_membership=1,
        intermediate_tables_per_membership=1,
    )
    for ours in (membership(world), membership(world)):
        namespace(world, ours), namespace(world, ours, "target")
        for make, name, value in (
            (template, "Analysis templates per membership", 1),
            (mapping_table, "Id mapping tables per membership", 1),
            (audience, "Configured audience model associations per membership", 1),
            (intermediate, "Intermediate tables per membership", 1),
        ):
            field = "configuredAudienceModelAssociationName" if make is audience else "name"
            make(world, ours, **{field: "first" + make.__name__})
            with exceeded(name, value):
                make(world, ours, **{field: "second" + make.__name__})
        with exceeded("Id namespace associations per membership", 2):
            namespace(world, ours, "third")


def test_access_budgets_per_collaboration(world):
    world.quota(access_budgets_per_collaboration=1)
    ours, of_owner, association = in_membership(world)
    budget_template(world, ours, access(association["arn"]))
    second = associate(world, ours, of_owner, name="second")
    with exceeded("Privacy budget templates for access budgets per collaboration", 1):
        budget_template(world, ours, access(second["arn"]))
    budget_template(world, ours)


def test_concurrent_log_exports(world):
    world.quota(concurrent_log_exports_per_membership=1, concurrent_log_exports_per_account=2)
    made = [membership(world, "CAN_EXPORT_QUERY_ANALYSIS_LOG") for _ in range(3)]
    queries = [ended_query(world, ours) for ours in made]
    first = start_export(world, made[0], queries[0])
    with exceeded("Concurrent analysis log exports per membership", 1):
        start_export(world, made[0], queries[0], "other")
    start_export(world, made[1], queries[1])
    with exceeded("Concurrent analysis log exports per account", 2):
        start_export(world, made[2], queries[2])
    get_export(world, first)
    start_export(world, made[2], queries[2])
