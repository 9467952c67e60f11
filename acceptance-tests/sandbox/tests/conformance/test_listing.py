"""Pages of all six lists."""

from test_analyses import job, query, runner
from world import *


def pages(call, key, size):
    """The ids or accounts of each page."""
    found, settings = [], {}
    while True:
        reply = call(maxResults=size, **settings)
        found.append([entry.get("id") or entry.get("accountId") for entry in reply[key]])
        if "nextToken" not in reply:
            return found
        assert len(found) < 20, f"the pages have no end: {found}"
        settings = {"nextToken": reply["nextToken"]}


def check_pages(call, key, total):
    whole = {entry for page in pages(call, key, 100) for entry in page}
    equal(len(whole), total)
    for size in (1, 2, total - 1, total):
        found = pages(call, key, size)
        equal(sorted(entry for page in found for entry in page), sorted(whole))
        assert all(len(page) == size for page in found[:-1]), found
        assert 0 < len(found[-1]) <= size, found


def of(call, **identifier):
    return lambda **settings: call(**identifier, **settings)


def test_collaborations_come_in_pages(world):
    for _ in range(5):
        world.collaboration()
    check_pages(world.owner.list_collaborations, "collaborationList", 5)


def test_memberships_come_in_pages(world):
    for _ in range(5):
        world.join(world.owner, world.collaboration())
    check_pages(world.owner.list_memberships, "membershipSummaries", 5)


def test_members_come_in_pages(world):
    made = world.collaboration(members=[member(account) for account in (PARTNER, THIRD, STRANGER)])
    call = of(world.owner.list_members, collaborationIdentifier=made["id"])
    check_pages(call, "memberSummaries", 4)


def test_change_requests_come_in_pages(world):
    made = world.collaboration()
    for account in (PARTNER, THIRD, STRANGER):
        world.request(made, member_change(account, displayName="new"))
    call = of(
        world.owner.list_collaboration_change_requests, collaborationIdentifier=made["id"]
    )
    check_pages(call, "collaborationChangeRequestSummaries", 3)


def test_queries_and_jobs_come_in_pages(world):
    world.quota(concurrent_jobs_per_membership=5)
    _, ours = runner(world)
    for _ in range(4):
        query(world, ours), job(world, ours)
    identifier = {"membershipIdentifier": ours["id"]}
    check_pages(of(world.owner.list_protected_queries, **identifier), "protectedQueries", 4)
    check_pages(of(world.owner.list_protected_jobs, **identifier), "protectedJobs", 4)


def test_paginators_of_boto3_see_everything(world):
    for _ in range(5):
        world.collaboration()
    paginator = world.owner.get_paginator("list_collaborations")
    found = [
        entry["id"]
        for page in paginator.paginate(PaginationConfig={"PageSize": 2})
        for entry in page["collaborationList"]
    ]
    equal(len(set(found)), 5)


def test_filters_hold_across_pages(world):
    for _ in range(3):
        world.join(world.owner, world.collaboration())
        world.collaboration()
    call = of(world.owner.list_collaborations, memberStatus="ACTIVE")
    check_pages(call, "collaborationList", 3)


def test_pages_stay_right_when_objects_come_and_go(world):
    made = [world.collaboration() for _ in range(5)]
    first = world.owner.list_collaborations(maxResults=2)
    seen = [entry["id"] for entry in first["collaborationList"]]
    world.owner.delete_collaboration(collaborationIdentifier=seen[-1])
    world.collaboration()
    rest = world.owner.list_collaborations(maxResults=100, nextToken=first["nextToken"])
    seen += [entry["id"] for entry in rest["collaborationList"]]
    equal(sorted(seen), sorted(entry["id"] for entry in made))


def test_lists_of_no_stated_order_change_theirs(world):
    made = world.collaboration(members=[member(PARTNER), member(THIRD)])
    for _ in range(2):
        world.collaboration()
    for call, key in (
        (world.owner.list_collaborations, "collaborationList"),
        (of(world.owner.list_members, collaborationIdentifier=made["id"]), "memberSummaries"),
    ):
        orders = {tuple(pages(call, key, 100)[0]) for _ in range(20)}
        assert len(orders) > 1, orders
        equal(len({frozenset(order) for order in orders}), 1)


def test_orders_are_the_same_after_a_reset(world):
    def orders():
        world.reset()
        for _ in range(3):
            world.collaboration()
        return [pages(world.owner.list_collaborations, "collaborationList", 100) for _ in range(5)]

    equal(orders(), orders())


def test_a_token_is_for_its_list_alone(world):
    made = world.collaboration(members=[member(PARTNER), member(THIRD)])
    other = world.collaboration(members=[member(PARTNER), member(THIRD)])
    token = world.owner.list_members(collaborationIdentifier=made["id"], maxResults=1)["nextToken"]
    for call in (
        of(world.owner.list_members, collaborationIdentifier=other["id"]),
        world.owner.list_collaborations,
        world.partner.list_memberships,
    ):
        with invalid("nextToken"):
            call(nextToken=token)
    for nonsense in ("x", "%%%", token + "x", "bWVtYmVycyA5"):
        with invalid("nextToken"):
            world.owner.list_members(collaborationIdentifier=made["id"], nextToken=nonsense)


def test_an_empty_list_is_a_list(world):
    reply = world.owner.list_collaborations()
    equal(reply["collaborationList"], [])
    assert "nextToken" not in reply
    equal(len(world.owner.list_collaborations(nextToken="")["collaborationList"]), 0)
