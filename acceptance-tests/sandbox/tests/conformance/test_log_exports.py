"""Exports of the logs of queries."""

from parts import *


def exporter(world):
    ours = membership(world, "CAN_EXPORT_QUERY_ANALYSIS_LOG")
    return ours, ended_query(world, ours)


def test_an_export_ends_by_being_looked_at(world):
    ours, query = exporter(world)
    export = start_export(world, ours, query)
    equal((export["status"], export["analysisId"]), ("IN_PROGRESS", query["id"]))
    equal(export["membershipId"], ours["id"])
    equal(get_export(world, export)["status"], "IN_PROGRESS")
    equal(get_export(world, export)["status"], "SUCCESS")
    # It is no part that keeps the membership.
    assert export["analysisLogExportId"] in {
        one["id"] for one in world.admin("GET", "objects")["objects"] if not one["deletable"]
    }


def test_lists_are_newest_first_and_filtered(world):
    ours, query = exporter(world)
    first = start_export(world, ours, query)
    second = start_export(world, ours, query, bucket="other")
    get_export(world, first)
    listed = lambda **filters: [
        one["analysisLogExportId"]
        for one in world.owner.list_analysis_log_exports(**of(ours), **filters)[
            "analysisLogExports"
        ]
    ]
    first, second = first["analysisLogExportId"], second["analysisLogExportId"]
    equal(listed(), [second, first])
    equal(listed(status="SUCCESS"), [first])
    equal(listed(analysisIdentifier=query["id"], status="IN_PROGRESS"), [second])
    equal(listed(analysisIdentifier=ABSENT), [])


def test_what_can_be_exported(world):
    ours, query = exporter(world)
    start_export(world, ours, query)
    with misconfigured("resultConfiguration"):
        start_export(world, ours, query)
    running = world.owner.start_protected_query(
        type="SQL", **of(ours), sqlParameters={"queryString": "select 1"}
    )["protectedQuery"]
    with misconfigured("analysisId"):
        start_export(world, ours, running)
    with refused("ResourceNotFoundException", resourceId=ABSENT):
        start_export(world, ours, {"id": ABSENT})
    without = membership(world)
    with denied():
        start_export(world, without, ended_query(world, without))


def test_an_unknown_export_is_not_found(world):
    ours, _ = exporter(world)
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        get_export(world, {"membershipId": ours["id"], "analysisLogExportId": ABSENT})
