"""Protected queries and jobs: starting, their states, cancelling, listing."""

from world import *

TEMPLATE = (
    f"arn:aws:cleanrooms:us-east-1:{OWNER}:membership/{ABSENT}/analysistemplate/{ABSENT}"
)
ABILITIES = ["CAN_QUERY", "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS"]


def runner(world, *members):
    """A collaboration whose owner runs queries and jobs, and its membership."""
    made = world.collaboration(abilities=ABILITIES, members=members)
    return made, world.join(world.owner, made)


def query(world, membership, client=None, **settings):
    settings.setdefault("sqlParameters", {"queryString": "select 1"})
    return (client or world.owner).start_protected_query(
        type="SQL", membershipIdentifier=membership["id"], **settings
    )["protectedQuery"]


def job(world, membership, client=None, **settings):
    return (client or world.owner).start_protected_job(
        type="PYSPARK",
        membershipIdentifier=membership["id"],
        jobParameters={"analysisTemplateArn": TEMPLATE},
        **settings,
    )["protectedJob"]


def get_query(world, found):
    return world.owner.get_protected_query(
        membershipIdentifier=found["membershipId"], protectedQueryIdentifier=found["id"]
    )["protectedQuery"]


def get_job(world, found):
    return world.owner.get_protected_job(
        membershipIdentifier=found["membershipId"], protectedJobIdentifier=found["id"]
    )["protectedJob"]


def cancel_query(world, found):
    return world.owner.update_protected_query(
        membershipIdentifier=found["membershipId"],
        protectedQueryIdentifier=found["id"],
        targetStatus="CANCELLED",
    )["protectedQuery"]


def cancel_job(world, found):
    return world.owner.update_protected_job(
        membershipIdentifier=found["membershipId"],
        protectedJobIdentifier=found["id"],
        targetStatus="CANCELLED",
    )["protectedJob"]


KINDS = ((query, get_query, cancel_query), (job, get_job, cancel_job))


def test_a_query_says_what_was_sent(world):
    _, ours = runner(world)
    output = {"outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results"}}}
    compute = {"worker": {"type": "CR.1X", "number": 4}}
    started = query(
        world,
        ours,
        sqlParameters={"queryString": "select 1", "parameters": {"p": "v"}},
        resultConfiguration=output,
        computeConfiguration=compute,
    )
    equal(started["status"], "SUBMITTED")
    equal(started["sqlParameters"], {"queryString": "select 1", "parameters": {"p": "v"}})
    equal(started["resultConfiguration"], output)
    equal(started["computeConfiguration"], compute)
    equal(started["membershipArn"], ours["arn"])
    equal(started["queryComputePayerAccountId"], OWNER)


def test_a_job_says_what_was_sent(world):
    _, ours = runner(world)
    output = {"outputConfiguration": {"member": {"accountId": OWNER}}}
    started = job(world, ours, resultConfiguration=output)
    equal(started["status"], "SUBMITTED")
    equal(started["jobParameters"], {"analysisTemplateArn": TEMPLATE})
    equal(started["resultConfiguration"], output)
    equal(started["jobComputePayerAccountId"], OWNER)


def test_reading_takes_an_analysis_to_its_end(world):
    _, ours = runner(world)
    for start, get, _ in KINDS:
        started = start(world, ours)
        found = [get(world, started) for _ in range(3)]
        equal([entry["status"] for entry in found], ["STARTED", "SUCCESS", "SUCCESS"])
        equal(found[-1]["result"], {"output": {"memberList": [{"accountId": OWNER}]}})
        equal(found[-1]["statistics"], found[-2]["statistics"])
        assert "result" not in found[0]


def test_statistics_tell_how_long_it_took(world):
    _, ours = runner(world)
    started = query(world, ours)
    world.fault("GetProtectedQuery", "latency", milliseconds=30)
    get_query(world, started)
    first = get_query(world, started)["statistics"]["totalDurationInMillis"]
    assert 30 <= first < 20_000, first
    world.fault("GetProtectedQuery", "latency", milliseconds=30)
    equal(get_query(world, started)["statistics"]["totalDurationInMillis"], first)


def test_submitted_and_started_analyses_can_be_cancelled(world):
    _, ours = runner(world)
    for start, get, cancel in KINDS:
        for reads in (0, 1):
            started = start(world, ours)
            for _ in range(reads):
                get(world, started)
            equal(cancel(world, started)["status"], "CANCELLING")
            equal(cancel(world, started)["status"], "CANCELLING")
            equal(get(world, started)["status"], "CANCELLED")
            equal(get(world, started)["status"], "CANCELLED")


def test_what_has_ended_cannot_be_cancelled(world):
    _, ours = runner(world)
    for start, get, cancel in KINDS:
        succeeded, cancelled = start(world, ours), None
        get(world, succeeded), get(world, succeeded)
        cancelled = start(world, ours)
        cancel(world, cancelled), get(world, cancelled)
        for ended in (succeeded, cancelled):
            with refused("ConflictException", "INVALID_STATE", resourceId=ended["id"]):
                cancel(world, ended)


def test_only_the_runner_runs(world):
    made, _ = runner(world, member(PARTNER, "CAN_RECEIVE_RESULTS"))
    theirs = world.join(world.partner, made)
    for start in (query, job):
        with denied():
            start(world, theirs, world.partner)
    queries_only = world.join(world.owner, world.collaboration())
    with denied():
        job(world, queries_only)


def test_only_active_memberships_run(world):
    made, ours = runner(world)
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    for start in (query, job):
        with denied():
            start(world, ours)


def test_analyses_belong_to_their_membership(world):
    made, ours = runner(world, member(PARTNER))
    theirs = world.join(world.partner, made)
    started = query(world, ours)
    with denied():
        query(world, ours, world.partner)
    with denied():
        world.partner.list_protected_queries(membershipIdentifier=ours["id"])
    with refused("ResourceNotFoundException", resourceId=started["id"]):
        world.partner.get_protected_query(
            membershipIdentifier=theirs["id"], protectedQueryIdentifier=started["id"]
        )
    with refused("ResourceNotFoundException", resourceId=started["id"]):
        world.owner.get_protected_job(
            membershipIdentifier=ours["id"], protectedJobIdentifier=started["id"]
        )
    with refused("ResourceNotFoundException", resourceId=ABSENT):
        world.owner.list_protected_jobs(membershipIdentifier=ABSENT)


def test_a_query_is_sql_or_a_template(world):
    _, ours = runner(world)
    for bad in ({}, {"queryString": "select 1", "analysisTemplateArn": TEMPLATE}, {"queryString": " "}):
        with refused("ValidationException", "INVALID_QUERY"):
            query(world, ours, sqlParameters=bad)
    equal(
        query(world, ours, sqlParameters={"analysisTemplateArn": TEMPLATE})["sqlParameters"],
        {"analysisTemplateArn": TEMPLATE},
    )


def test_the_text_of_a_query_has_a_limit(world):
    _, ours = runner(world)
    query(world, ours, sqlParameters={"queryString": "x" * 500_000})
    with invalid("sqlParameters.queryString"):
        query(world, ours, sqlParameters={"queryString": "x" * 500_001})


def test_results_are_distributed_to_receivers(world):
    made, ours = runner(world, member(PARTNER, "CAN_RECEIVE_RESULTS"), member(THIRD))
    world.join(world.partner, made), world.join(world.third, made)
    s3 = {"s3": {"resultFormat": "CSV", "bucket": "results"}}
    to = lambda account: {"member": {"accountId": account}}
    distribute = lambda *locations: {
        "outputConfiguration": {"distribute": {"locations": list(locations)}}
    }
    started = query(world, ours, resultConfiguration=distribute(s3, to(PARTNER)))
    (summary,) = world.owner.list_protected_queries(membershipIdentifier=ours["id"])[
        "protectedQueries"
    ]
    details = summary["receiverConfigurations"][0]["configurationDetails"]
    equal(
        set(details["directAnalysisConfigurationDetails"]["receiverAccountIds"]), {OWNER, PARTNER}
    )
    for bad in (
        distribute(s3, s3),
        distribute(s3, to(OWNER)),
        distribute(to(THIRD)),
        distribute(to(STRANGER)),
        {"outputConfiguration": to(THIRD)},
    ):
        with misconfigured("resultConfiguration"):
            query(world, ours, resultConfiguration=bad)
    with invalid("resultConfiguration.outputConfiguration.distribute.locations"):
        query(world, ours, resultConfiguration=distribute())


def test_intermediate_tables_stand_in_replies_only(world):
    _, ours = runner(world)
    table = {"id": ABSENT, "name": "t"}
    arn = f"arn:aws:cleanrooms:us-east-1:{OWNER}:membership/{ABSENT}/intermediatetable/{ABSENT}"
    output = {"outputConfiguration": {"intermediateTable": {**table, "arn": arn}}}
    with misconfigured("resultConfiguration"):
        query(world, ours, resultConfiguration=output)


def test_workers_have_limits(world):
    _, ours = runner(world)
    worker = lambda number: {"worker": {"type": "CR.1X", "number": number}}
    field = "computeConfiguration.worker.number"
    for start, least, most in ((query, 2, 400), (job, 4, 128)):
        with invalid(field):
            start(world, ours, computeConfiguration=worker(least - 1))
        with misconfigured(field):
            start(world, ours, computeConfiguration=worker(most + 1))
        with invalid(field):
            start(world, ours, computeConfiguration=worker(1025))
        start(world, ours, computeConfiguration=worker(most))


def test_queries_wait_for_a_payer_that_is_active(world):
    made = world.collaboration(members=[member(PARTNER, payment=pays(query=True))])
    ours = world.join(world.owner, made)
    with misconfigured("queryComputePayerAccountId"):
        query(world, ours)
    world.join(world.partner, made, paymentConfiguration=pays(query=True))
    equal(query(world, ours)["queryComputePayerAccountId"], PARTNER)
    world.owner.delete_member(collaborationIdentifier=made["id"], accountId=PARTNER)
    with misconfigured("queryComputePayerAccountId"):
        query(world, ours)


def test_one_of_several_payers_is_named(world):
    made = world.collaboration(
        members=[member(PARTNER, payment=pays(query=True))],
        creatorPaymentConfiguration=pays(query=True),
    )
    ours = world.join(world.owner, made)
    equal(query(world, ours)["queryComputePayerAccountId"], OWNER)
    world.join(world.partner, made, paymentConfiguration=pays(query=True))
    with misconfigured("queryComputePayerAccountId"):
        query(world, ours)
    with misconfigured("queryComputePayerAccountId"):
        query(world, ours, queryComputePayerAccountId=THIRD)
    named = query(world, ours, queryComputePayerAccountId=PARTNER)
    equal(named["queryComputePayerAccountId"], PARTNER)


def test_lists_are_newest_first_and_filtered_by_status(world):
    world.quota(concurrent_jobs_per_membership=5)
    _, ours = runner(world)
    for (start, get, cancel), listed in (
        (KINDS[0], lambda **s: world.owner.list_protected_queries(**s)["protectedQueries"]),
        (KINDS[1], lambda **s: world.owner.list_protected_jobs(**s)["protectedJobs"]),
    ):
        ids = lambda **settings: [
            entry["id"] for entry in listed(membershipIdentifier=ours["id"], **settings)
        ]
        first, second, third = (start(world, ours)["id"] for _ in range(3))
        equal(ids(), [third, second, first])
        get(world, {"membershipId": ours["id"], "id": second})
        equal(ids(status="STARTED"), [second])
        equal(ids(status="SUBMITTED"), [third, first])
        equal(ids(status="SUCCESS"), [])
    with invalid("status"):
        world.owner.list_protected_jobs(membershipIdentifier=ours["id"], status="TIMED_OUT")


def test_the_only_target_is_cancelled(world):
    _, ours = runner(world)
    started = query(world, ours)
    with invalid("targetStatus"):
        world.owner.update_protected_query(
            membershipIdentifier=ours["id"],
            protectedQueryIdentifier=started["id"],
            targetStatus="SUCCESS",
        )
