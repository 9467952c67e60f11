"""Switches: each answer to a question that AWS's documentation leaves open.

The tests of the other files hold the defaults.
"""

from test_analyses import get_job, get_query, job, query, runner
from parts import *


def get(world, collaboration, client=None):
    return (client or world.owner).get_collaboration(collaborationIdentifier=collaboration["id"])[
        "collaboration"
    ]


def test_creator_status_before_joining(world):
    made = world.collaboration()
    world.switch(creator_status_before_joining="active")
    found = get(world, made)
    equal(found["memberStatus"], "ACTIVE")
    assert "membershipId" not in found
    equal(world.members(made)[OWNER]["status"], "ACTIVE")
    equal(len(world.owner.list_collaborations(memberStatus="ACTIVE")["collaborationList"]), 1)
    world.join(world.owner, made)


def test_auto_approved_request(world):
    world.switch(auto_approved_request="approved")
    made = world.collaboration(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    request = world.request(made, member_change(PARTNER, displayName="partner"))
    equal((request["status"], request["isAutoApproved"]), ("APPROVED", True))
    assert PARTNER not in world.members(made)
    equal(world.act(world.owner, request, "COMMIT")["status"], "COMMITTED")
    assert PARTNER in world.members(made)


def test_invited_accounts_vote(world):
    world.switch(invited_accounts_vote=True)
    made = world.collaboration(members=[member(PARTNER)])
    request = world.request(made, member_change(PARTNER, "CAN_RECEIVE_RESULTS"))
    equal(set(request["approvals"]), {OWNER, PARTNER})
    for client in (world.owner, world.partner):
        request = world.act(client, request, "APPROVE")
    equal(request["status"], "APPROVED")


def test_creator_votes(world):
    world.switch(creator_votes="not_asked")
    made, _, _ = world.joined()
    request = world.request(made, member_change(PARTNER, "CAN_RECEIVE_RESULTS"))
    equal(set(request["approvals"]), {PARTNER})
    equal(world.act(world.partner, request, "APPROVE")["status"], "APPROVED")
    world.switch(creator_votes="by_filing")
    request = world.request(made, member_change(PARTNER, "CAN_RECEIVE_RESULTS"))
    equal(
        request["approvals"], {OWNER: {"status": "APPROVED"}, PARTNER: {"status": "PENDING"}}
    )
    equal(world.act(world.partner, request, "APPROVE")["status"], "APPROVED")
    alone = world.collaboration()
    world.join(world.owner, alone)
    equal(world.request(alone, member_change(THIRD, displayName="c"))["status"], "APPROVED")


def test_request_without_voters(world):
    world.switch(request_without_voters="pending")
    made = world.collaboration()
    request = world.request(made, member_change(PARTNER, displayName="partner"))
    equal(request["status"], "PENDING")
    assert "approvals" not in request
    equal(world.act(world.owner, request, "CANCEL")["status"], "CANCELLED")


def test_unset_payment_sub_blocks(world):
    made, _, theirs = world.joined()
    got = lambda: world.partner.get_membership(membershipIdentifier=theirs["id"])["membership"]
    equal(world.members(made)[PARTNER]["paymentConfiguration"], shown())
    equal(world.members(made)[OWNER]["paymentConfiguration"], shown(query=True))
    world.switch(unset_payment_sub_blocks="effective")
    equal(got()["paymentConfiguration"], shown())
    equal(
        world.members(made)[OWNER]["paymentConfiguration"],
        shown(query=True, training=True, inference=True),
    )
    world.switch(unset_payment_sub_blocks="absent")
    equal(world.members(made)[PARTNER]["paymentConfiguration"], pays(query=False))
    equal(got()["paymentConfiguration"], pays(query=False))


def test_runner_abilities_in_change_request(world):
    world.switch(runner_abilities_in_change_request="ignored")
    made = world.collaboration(members=[member(PARTNER)])
    request = world.request(made, member_change(OWNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS"))
    equal(request["changes"][0]["types"], ["GRANT_RECEIVE_RESULTS_ABILITY"])
    world.act(world.owner, request, "COMMIT")
    equal(set(world.members(made)[OWNER]["abilities"]), {"CAN_QUERY", "CAN_RECEIVE_RESULTS"})
    with misconfigured("memberAbilities"):
        world.request(made, member_change(PARTNER, "CAN_QUERY"))
    world.switch(runner_abilities_in_change_request="required")
    with misconfigured("memberAbilities"):
        world.request(made, member_change(OWNER))
    request = world.request(made, member_change(OWNER, "CAN_QUERY"))
    equal(request["changes"][0]["types"], ["REVOKE_RECEIVE_RESULTS_ABILITY"])
    with misconfigured("memberAbilities"):
        world.request(made, member_change(PARTNER, "CAN_QUERY"))


def test_display_name_of_existing_member(world):
    world.switch(display_name_of_existing_member="refused")
    made = world.collaboration(members=[member(PARTNER, displayName="before")])
    with misconfigured("displayName"):
        world.request(made, member_change(PARTNER, "CAN_RECEIVE_RESULTS", displayName="after"))
    world.request(made, member_change(PARTNER, "CAN_RECEIVE_RESULTS", displayName="before"))


def test_returning_members(world):
    made, _, theirs = world.joined(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    world.partner.delete_membership(membershipIdentifier=theirs["id"])
    world.switch(returning_members="allowed")
    request = world.request(made, member_change(PARTNER, displayName="again"))
    equal((request["status"], request["changes"][0]["types"]), ("COMMITTED", ["ADD_MEMBER"]))
    entry = world.members(made)[PARTNER]
    equal((entry["status"], entry["displayName"]), ("INVITED", "again"))
    assert world.join(world.partner, made)["id"] != theirs["id"]


def test_omitted_allowed_result_regions(world):
    world.switch(omitted_allowed_result_regions="home_region")
    equal(world.collaboration()["allowedResultRegions"], [REGION])
    equal(
        world.collaboration(allowedResultRegions=["eu-west-1"])["allowedResultRegions"],
        ["eu-west-1"],
    )


def test_delete_member_on_creator(world):
    world.switch(delete_member_on_creator="validation")
    made = world.collaboration()
    with misconfigured("accountId"):
        world.owner.delete_member(collaborationIdentifier=made["id"], accountId=OWNER)


def test_payer_withdrawal(world):
    made, _, theirs = world.joined(payment=pays(query=True))
    withdraw = lambda: world.partner.update_membership(
        membershipIdentifier=theirs["id"], membershipPaymentConfiguration=pays(query=False)
    )["membership"]
    world.switch(payer_withdrawal="conflict")
    with refused("ConflictException", "INVALID_STATE", resourceId=theirs["id"]):
        withdraw()
    world.switch(payer_withdrawal="validation")
    with misconfigured("paymentConfiguration.queryCompute.isResponsible"):
        withdraw()
    world.switch(payer_withdrawal="accepted")
    equal(withdraw()["paymentConfiguration"], shown())
    equal(world.members(made)[PARTNER]["paymentConfiguration"], shown(query=True))


def deleted_membership(world):
    made = world.collaboration()
    membership = world.join(world.owner, made)
    world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    return membership


def test_deleted_memberships_count_against_quota(world):
    world.quota(memberships_per_account=1)
    deleted_membership(world)
    with refused("ServiceQuotaExceededException"):
        world.join(world.owner, world.collaboration())
    world.switch(deleted_memberships_count_against_quota=False)
    world.join(world.owner, world.collaboration())


def test_deleted_memberships_can_be_deleted(world):
    membership = deleted_membership(world)
    identifier = {"membershipIdentifier": membership["id"]}
    world.switch(deleted_memberships_can_be_deleted=False)
    with refused("ConflictException", "INVALID_STATE", resourceId=membership["id"]):
        world.owner.delete_membership(**identifier)
    world.owner.get_membership(**identifier)


def test_result_configuration_update(world):
    world.switch(result_configuration_update="merge")
    made = world.collaboration(abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"])
    membership = world.join(
        world.owner,
        made,
        defaultResultConfiguration={**query_results("first", keyPrefix="p"), "roleArn": ROLE},
    )
    updated = world.owner.update_membership(
        membershipIdentifier=membership["id"], defaultResultConfiguration=query_results("second")
    )["membership"]
    equal(
        updated["defaultResultConfiguration"],
        {**shown_results("second", keyPrefix="p"), "roleArn": ROLE},
    )


def test_members_of_absent(world):
    world.switch(members_of_absent="not_found")
    with refused("ResourceNotFoundException", resourceId=ABSENT, resourceType="COLLABORATION"):
        world.owner.list_members(collaborationIdentifier=ABSENT)
    with refused("ResourceNotFoundException", resourceId=ABSENT, resourceType="COLLABORATION"):
        world.owner.delete_member(collaborationIdentifier=ABSENT, accountId=PARTNER)
    with denied():
        world.owner.get_collaboration(collaborationIdentifier=ABSENT)
    made = world.collaboration()
    with denied():
        world.stranger.list_members(collaborationIdentifier=made["id"])


def test_membership_of_another_account(world):
    _, ours, _ = world.joined()
    world.switch(membership_of_another_account="not_found")
    with refused("ResourceNotFoundException", resourceId=ours["id"], resourceType="MEMBERSHIP"):
        world.partner.get_membership(membershipIdentifier=ours["id"])


def test_join_without_invitation(world):
    world.switch(join_without_invitation="not_found")
    made = world.collaboration()
    with refused("ResourceNotFoundException", resourceId=made["id"]):
        world.join(world.stranger, made)


def test_overlapping_change_requests(world):
    made = world.collaboration(members=[member(PARTNER), member(THIRD)])
    change = member_change(PARTNER, "CAN_RECEIVE_RESULTS")
    first = world.request(made, change)
    world.request(made, collaboration_change("ADD_MEMBER"))
    world.request(made, change)
    world.switch(overlapping_change_requests="refused")
    for overlapping in (change, collaboration_change()):
        with refused("ConflictException", "INVALID_STATE"):
            world.request(made, overlapping)
    world.request(made, member_change(THIRD, "CAN_RECEIVE_RESULTS"))


def test_omitted_description(world):
    made = world.collaboration()
    world.switch(omitted_description="filled")
    equal(get(world, made)["description"], "")
    equal(world.collaboration(description="text")["description"], "text")


def test_omitted_auto_approved_change_types(world):
    made = world.collaboration()
    assert "autoApprovedChangeTypes" not in made
    world.switch(omitted_auto_approved_change_types="filled")
    equal(get(world, made)["autoApprovedChangeTypes"], [])
    world.switch(omitted_auto_approved_change_types="absent")
    equal(world.collaboration(autoApprovedChangeRequestTypes=[])["autoApprovedChangeTypes"], [])


def test_omitted_ml_abilities(world):
    made, ours, _ = world.joined()
    assert "mlAbilities" not in world.members(made)[OWNER]
    world.switch(omitted_ml_abilities="filled")
    equal(world.members(made)[OWNER]["mlAbilities"], {"customMLMemberAbilities": []})
    got = world.owner.get_membership(membershipIdentifier=ours["id"])["membership"]
    equal(got["mlMemberAbilities"], {"customMLMemberAbilities": []})


def both_sides(world, made, ours):
    got = world.owner.get_membership(membershipIdentifier=ours["id"])["membership"]
    return get(world, made), got


def test_omitted_job_log_status(world):
    made, ours, _ = world.joined()
    world.switch(omitted_job_log_status="filled")
    for reply in both_sides(world, made, ours):
        equal(reply["jobLogStatus"], "DISABLED")
    world.switch(omitted_job_log_status="absent")
    for reply in both_sides(world, made, ours):
        assert "jobLogStatus" not in reply, reply
    equal(world.collaboration(jobLogStatus="DISABLED")["jobLogStatus"], "DISABLED")


def test_omitted_metrics(world):
    made, ours, _ = world.joined()
    world.switch(omitted_metrics="absent")
    for reply in both_sides(world, made, ours):
        assert "isMetricsEnabled" not in reply, reply
    equal(world.collaboration(isMetricsEnabled=False)["isMetricsEnabled"], False)


def result_settings(world):
    """What a membership says of results of queries and of jobs."""
    made = world.collaboration(abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"])
    membership = world.join(
        world.owner,
        made,
        defaultResultConfiguration=query_results("queries"),
        defaultJobResultConfiguration={
            "outputConfiguration": {"s3": {"bucket": "jobs"}},
            "roleArn": ROLE,
        },
    )
    return [
        membership[name]["outputConfiguration"]["s3"]
        for name in ("defaultResultConfiguration", "defaultJobResultConfiguration")
    ]


QUERIES = {"bucket": "queries", "resultFormat": "CSV", "singleFileOutput": False}


def test_omitted_key_prefix(world):
    world.switch(omitted_key_prefix="filled")
    equal(
        result_settings(world),
        [{**QUERIES, "keyPrefix": ""}, {"bucket": "jobs", "keyPrefix": ""}],
    )


def test_omitted_single_file_output(world):
    world.switch(omitted_single_file_output="absent")
    queries, jobs = result_settings(world)
    equal((queries, jobs), ({"bucket": "queries", "resultFormat": "CSV"}, {"bucket": "jobs"}))


def test_omitted_job_result_format(world):
    equal(result_settings(world), [QUERIES, {"bucket": "jobs"}])
    world.switch(omitted_job_result_format="filled")
    equal(result_settings(world), [QUERIES, {"bucket": "jobs", "resultFormat": "CSV"}])


def test_invited_membership_id(world):
    world.switch(invited_membership_id="absent")
    made = world.collaboration(members=[member(PARTNER)])
    for entry in world.members(made).values():
        assert "membershipId" not in entry and "membershipArn" not in entry, entry
    joined = world.join(world.partner, made)
    equal(world.members(made)[PARTNER]["membershipId"], joined["id"])


def test_own_membership_id_before_joining(world):
    world.switch(own_membership_id_before_joining="filled")
    made = world.collaboration()
    own = world.members(made)[OWNER]["membershipId"]
    (listed,) = world.owner.list_collaborations()["collaborationList"]
    for reply in (made, get(world, made), listed):
        equal(reply["membershipId"], own)
    equal(world.join(world.owner, made)["id"], own)


def test_membership_before_joining(world):
    made = world.collaboration(members=[member(PARTNER)])
    own = {"membershipIdentifier": world.members(made)[OWNER]["membershipId"]}
    for switch, refusal in (
        ("not_found", refused("ResourceNotFoundException", resourceType="MEMBERSHIP")),
        ("access_denied", denied()),
        ("conflict", refused("ConflictException", "INVALID_STATE")),
    ):
        world.switch(membership_before_joining=switch)
        with refusal:
            world.owner.get_membership(**own)
    with refused("ConflictException"):
        world.owner.delete_membership(**own)
    with refused("ResourceNotFoundException"):
        world.partner.get_membership(**own)


def test_tags_of_absent(world):
    world.switch(tags_of_absent="not_found")
    for kind in ("collaboration", "membership"):
        arn = f"arn:aws:cleanrooms:us-east-1:{OWNER}:{kind}/{ABSENT}"
        with refused("ResourceNotFoundException", resourceType=kind.upper(), resourceId=arn):
            world.owner.list_tags_for_resource(resourceArn=arn)


def test_tags_of_absent_part(world):
    world.switch(tags_of_absent_part="access_denied")
    for path in (f"configuredtable/{ABSENT}", f"membership/{ABSENT}/analysistemplate/{ABSENT}"):
        with denied():
            world.owner.list_tags_for_resource(
                resourceArn=f"arn:aws:cleanrooms:us-east-1:{OWNER}:{path}"
            )


def test_error_reasons(world):
    world.switch(error_reasons="absent")
    made = world.collaboration()
    world.join(world.owner, made)
    for path, body, code in (
        ("collaborations", {}, "ValidationException"),
        (f"collaborations/{ABSENT}/changeRequests", {"changes": []}, "ValidationException"),
        (
            "memberships",
            {"collaborationIdentifier": made["id"], "queryLogStatus": "DISABLED"},
            "ConflictException",
        ),
    ):
        reply = world.raw("POST", f"/{path}", body)
        equal(reply.code, code)
        assert reply.body["message"], reply.body
        assert not {"reason", "fieldList"} & set(reply.body), reply.body
    reply = world.raw("GET", f"/collaborations/{ABSENT}")
    equal((reply.code, list(reply.body)), ("AccessDeniedException", ["message"]))


def test_list_order(world):
    made = [world.collaboration()["id"] for _ in range(3)]
    listed = lambda: [one["id"] for one in world.owner.list_collaborations()["collaborationList"]]
    world.switch(list_order="newest_first")
    for _ in range(5):
        equal(listed(), made[::-1])


def test_cloudformation_tags(world):
    made = world.collaboration(tags={"own": "1"})
    tags = lambda: world.owner.list_tags_for_resource(resourceArn=made["arn"])["tags"]
    equal(tags(), {"own": "1"})
    world.switch(cloudformation_tags=True)
    found = tags()
    equal(found.pop("own"), "1")
    assert found and all(key.startswith("aws:") for key in found), found


def test_clean_rooms_sql(world):
    world.switch(clean_rooms_sql="allowed")
    made = world.collaboration(
        abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"], analyticsEngine="CLEAN_ROOMS_SQL"
    )
    equal(made["analyticsEngine"], "CLEAN_ROOMS_SQL")
    with misconfigured("analyticsEngine"):
        world.collaboration(
            abilities=["CAN_QUERY", "CAN_RUN_JOB"], analyticsEngine="CLEAN_ROOMS_SQL"
        )
    with misconfigured("singleFileOutput"):
        world.join(
            world.owner, made, defaultResultConfiguration=query_results(singleFileOutput=True)
        )
    update = lambda engine: world.owner.update_collaboration(
        collaborationIdentifier=made["id"], analyticsEngine=engine
    )["collaboration"]
    equal(update("CLEAN_ROOMS_SQL")["analyticsEngine"], "CLEAN_ROOMS_SQL")
    equal(update("SPARK")["analyticsEngine"], "SPARK")
    with misconfigured("analyticsEngine"):
        update("CLEAN_ROOMS_SQL")


def test_unknown_members(world):
    body = {"collaborationIdentifier": ABSENT, "queryLogStatus": "DISABLED", "unknown": 1}
    equal(world.raw("POST", "/memberships", body).status, 400)
    world.switch(unknown_members="ignored")
    equal(world.raw("POST", "/memberships", body).status, 404)
    made = world.collaboration(abilities=["CAN_RECEIVE_RESULTS"])
    body["collaborationIdentifier"] = made["id"]
    body["defaultResultConfiguration"] = query_results(unknown=1)
    body["defaultResultConfiguration"]["outputConfiguration"]["unknown"] = {}
    reply = world.raw("POST", "/memberships", body)
    equal(reply.status, 200)
    equal(reply.body["membership"]["defaultResultConfiguration"], shown_results())


def test_default_page_size(world):
    for _ in range(3):
        world.collaboration()
    world.switch(default_page_size=2)
    page = world.owner.list_collaborations()
    equal(len(page["collaborationList"]), 2)
    assert page["nextToken"]
    equal(len(world.owner.list_collaborations(maxResults=3)["collaborationList"]), 3)


def test_query_outcome(world):
    _, ours = runner(world)
    for outcome, status in (("failed", "FAILED"), ("timed_out", "TIMED_OUT")):
        world.switch(query_outcome=outcome)
        started = query(world, ours)
        equal(get_query(world, started)["status"], "STARTED")
        ended = get_query(world, started)
        equal(ended["status"], status)
        equal(ended["error"]["code"], "INTERNAL_ERROR")
        equal(ended["error"]["retry"], {"retryable": True})
        assert "result" not in ended
        cancel = {"membershipIdentifier": ours["id"], "protectedQueryIdentifier": started["id"]}
        with refused("ConflictException", "INVALID_STATE"):
            world.owner.update_protected_query(targetStatus="CANCELLED", **cancel)


def test_job_outcome(world):
    _, ours = runner(world)
    world.switch(job_outcome="failed")
    started = job(world, ours)
    get_job(world, started)
    ended = get_job(world, started)
    equal((ended["status"], ended["error"]["code"]), ("FAILED", "INTERNAL_ERROR"))
    cancel = {"membershipIdentifier": ours["id"], "protectedJobIdentifier": started["id"]}
    with refused("ConflictException", "INVALID_STATE"):
        world.owner.update_protected_job(targetStatus="CANCELLED", **cancel)


def test_association_arn(world):
    world.switch(association_arn="model")
    ours, _, association = in_membership(world, tags={"a": "b"})
    path = f"configuredtableassociation/{ours['id']}/{association['id']}"
    equal(association["arn"], f"arn:aws:cleanrooms:us-east-1:{OWNER}:{path}")
    tags = world.owner.list_tags_for_resource(resourceArn=association["arn"])["tags"]
    equal(tags, {"a": "b"})


def test_tag_arn_length(world):
    world.switch(tag_arn_length="100")
    ours, of_owner, association = in_membership(world)
    with invalid("resourceArn"):
        world.owner.list_tags_for_resource(resourceArn=association["arn"])
    world.owner.list_tags_for_resource(resourceArn=of_owner["arn"])


def test_equal_configured_tables(world):
    world.switch(equal_configured_tables="conflict")
    made = table(world, name="a")
    with refused("ConflictException", "ALREADY_EXISTS", resourceId=made["id"]):
        table(world, name="a")
    other = table(world, name="b")
    with refused("ConflictException", "ALREADY_EXISTS"):
        world.owner.update_configured_table(name="a", **table_id(other))
    world.owner.update_configured_table(name="b", **table_id(other))
    table(world, world.partner, name="a")


def test_configured_table_with_rule(world):
    world.switch(configured_table_with_rule="deleted_along")
    made = table(world)
    rule(world, made)
    world.owner.delete_configured_table(**table_id(made))
    equal(world.admin("GET", "objects"), {"objects": []})


def test_configured_table_with_associations(world):
    world.switch(configured_table_with_associations="refused")
    _, of_owner, _ = in_membership(world)
    with refused("ConflictException", "SUBRESOURCES_EXIST"):
        world.owner.delete_configured_table(**table_id(of_owner))


def test_association_with_rule(world):
    world.switch(association_with_rule="deleted_along")
    _, of_owner, association = in_membership(world)
    rule(world, of_owner)
    association_rule(world, association)
    world.owner.delete_configured_table_association(**association_id(association))
    kinds = {one["kind"] for one in world.admin("GET", "objects")["objects"]}
    assert "configured_table_association_analysis_rule" not in kinds, kinds


def test_rule_columns_outside_allowed(world):
    world.switch(rule_columns_outside_allowed="accepted")
    made = table(world)
    rule(world, made, list_rule(listColumns=["unknown"]))
    world.owner.update_configured_table(allowedColumns=["other"], **table_id(made))


def test_table_reference_kind_change(world):
    world.switch(table_reference_kind_change="allowed")
    made = table(world)
    updated = world.owner.update_configured_table(tableReference=SNOWFLAKE, **table_id(made))
    equal(updated["configuredTable"]["tableType"], "SNOWFLAKE")


def test_selected_methods_after_single(world):
    made = table(world, analysisMethod="MULTIPLE", selectedAnalysisMethods=BOTH)
    single = lambda: world.owner.update_configured_table(
        analysisMethod="DIRECT_QUERY", **table_id(made)
    )["configuredTable"]
    world.switch(selected_methods_after_single="refused")
    with misconfigured("selectedAnalysisMethods"):
        single()
    world.switch(selected_methods_after_single="kept")
    equal(set(single()["selectedAnalysisMethods"]), set(BOTH))


def test_omitted_reference_region(world):
    world.switch(omitted_reference_region="absent")
    equal(table(world)["tableReference"], GLUE)


def test_omitted_table_type(world):
    world.switch(omitted_table_type="absent")
    assert "tableType" not in table(world)


def test_association_name_case(world):
    world.switch(association_name_case="kept")
    ours, of_owner, association = in_membership(world, name="Orders")
    equal(association["name"], "Orders")
    with refused("ConflictException", "ALREADY_EXISTS"):
        associate(world, ours, of_owner, name="ORDERS")
    world.switch(association_name_case="refused")
    with misconfigured("name"):
        associate(world, ours, of_owner, name="Others")
    associate(world, ours, of_owner, name="others")


def test_association_rule_without_table_rule(world):
    world.switch(association_rule_without_table_rule="accepted")
    _, _, association = in_membership(world)
    association_rule(world, association)


def test_association_rule_of_another_type(world):
    world.switch(association_rule_of_another_type="accepted")
    _, of_owner, association = in_membership(world)
    rule(world, of_owner, list_rule())
    equal(association_rule(world, association)["type"], "CUSTOM")


def test_empty_association_rule(world):
    world.switch(empty_association_rule="validation")
    _, of_owner, association = in_membership(world)
    rule(world, of_owner)
    with misconfigured("analysisRulePolicy"):
        association_rule(world, association)
    association_rule(world, association, policy("custom", allowedResultReceivers=[]))


def test_receivers_outside_collaboration(world):
    world.switch(receivers_outside_collaboration="accepted")
    _, of_owner, association = in_membership(world)
    rule(world, of_owner)
    settings = policy("custom", allowedResultReceivers=[STRANGER])
    equal(association_rule(world, association, settings)["policy"], settings["analysisRulePolicy"])


def content(found):
    (of_kind,) = found["policy"]["v1"].values()
    return of_kind


def test_omitted_join_operators(world):
    world.switch(omitted_join_operators="filled")
    for settings in (list_rule(), aggregation_rule()):
        found = rule(world, table(world), settings)
        equal(content(found)["allowedJoinOperators"], ["AND"])
    assert "allowedJoinOperators" not in content(rule(world, table(world), custom_rule()))


def test_omitted_additional_analyses(world):
    world.switch(omitted_additional_analyses="filled")
    found = rule(world, table(world), list_rule())
    equal(content(found)["additionalAnalyses"], "NOT_ALLOWED")


def test_omitted_rule_lists(world):
    world.switch(omitted_rule_lists="filled")
    _, of_owner, association = in_membership(world)
    equal(
        content(rule(world, of_owner)),
        {"allowedAnalyses": [], "allowedAnalysisProviders": [], "disallowedOutputColumns": []},
    )
    equal(
        content(association_rule(world, association)),
        {"allowedResultReceivers": [], "allowedAdditionalAnalyses": []},
    )


def test_result_receivers_in_table_rule(world):
    world.switch(result_receivers_in_table_rule="stored")
    found = rule(world, table(world), custom_rule(allowedResultReceivers=[OWNER]))
    equal(content(found)["allowedResultReceivers"], [OWNER])


def test_templates_and_wildcards_mixed(world):
    world.switch(templates_and_wildcards_mixed="accepted")
    template = f"arn:aws:cleanrooms:us-east-1:{OWNER}:membership/{ABSENT}/analysistemplate/x"
    mixed = {"allowedAnalyses": ["ANY_QUERY", template], "allowedAnalysisProviders": [PARTNER]}
    rule(world, table(world), custom_rule(**mixed))
    with misconfigured("analysisRulePolicy"):
        rule(world, table(world), custom_rule(allowedAnalyses=["ANY_QUERY"]))


def test_children_of_inactive_membership(world):
    world.switch(children_of_inactive_membership="not_found")
    _, _, association = in_membership(world)
    for made in world.owner.list_collaborations()["collaborationList"]:
        world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        get_association(world, association)


def test_writes_to_inactive_membership(world):
    world.switch(writes_to_inactive_membership="access_denied")
    ours, of_owner, association = in_membership(world)
    for made in world.owner.list_collaborations()["collaborationList"]:
        world.owner.delete_collaboration(collaborationIdentifier=made["id"])
    with denied():
        associate(world, ours, of_owner, name="new")
    get_association(world, association)


def test_child_of_another_account(world):
    world.switch(child_of_another_account="not_found")
    _, of_owner, association = in_membership(world)
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        get_association(world, association, world.partner)
    with refused("ResourceNotFoundException", resourceType="CONFIGURED_TABLE"):
        world.partner.get_configured_table(**table_id(of_owner))


def test_missing_child_resource_type(world):
    # Kinds that the model has a type for keep theirs.
    world.switch(missing_child_resource_type="nearest")
    with refused("ResourceNotFoundException", resourceType="CONFIGURED_TABLE"):
        world.owner.get_configured_table(configuredTableIdentifier=ABSENT)
    world.switch(missing_child_resource_type="membership")
    ours = membership(world)
    get = lambda: world.owner.get_id_mapping_table(idMappingTableIdentifier=ABSENT, **of(ours))
    with refused("ResourceNotFoundException", resourceType="MEMBERSHIP"):
        get()
    world.switch(missing_child_resource_type="nearest")
    with refused("ResourceNotFoundException", resourceType="CONFIGURED_TABLE_ASSOCIATION"):
        get()
    world.switch(missing_child_resource_type="absent")
    with refused("ResourceNotFoundException", resourceId=ABSENT) as seen:
        get()
    assert "resourceType" not in seen, seen


def test_association_with_budget(world):
    world.switch(association_with_budget="deleted_along")
    ours, _, association = in_membership(world)
    budget_template(world, ours, access(association["arn"]))
    world.owner.delete_configured_table_association(**association_id(association))
    listed = world.owner.list_privacy_budget_templates(**of(ours))
    equal(listed["privacyBudgetTemplateSummaries"], [])


def test_template_of_unknown_tables(world):
    world.switch(template_of_unknown_tables="validation")
    ours, _, _ = in_membership(world)
    with refused("ValidationException", "INVALID_QUERY", "source.text"):
        template(world, ours, source={"text": "select * from others"})
    template(world, ours, source={"text": "select * from Orders"})


def test_sql_referenced_tables(world):
    world.switch(sql_referenced_tables="as_sent")
    ours = membership(world)
    equal(template(world, ours)["schema"], {"referencedTables": []})
    sent = {"referencedTables": ["sent"]}
    equal(template(world, ours, name="b", schema=sent)["schema"], sent)


def test_template_name_twice(world):
    world.switch(template_name_twice="accepted")
    ours = membership(world)
    assert template(world, ours)["id"] != template(world, ours)["id"]


def test_collaboration_views_of_invited(world):
    world.switch(collaboration_views_of_invited="allowed")
    made = world.collaboration(members=[member(PARTNER)])
    side = {"collaborationIdentifier": made["id"]}
    equal(world.partner.list_schemas(**side)["schemaSummaries"], [])
    with denied():
        world.stranger.list_schemas(**side)


def test_budget_template_arn(world):
    world.switch(budget_template_arn="model")
    made = budget_template(world, membership(world), tags={"a": "b"})
    path = f"privacybudgettemplate/{made['id']}"
    equal(made["arn"], f"arn:aws:cleanrooms:us-east-1:{OWNER}:{path}")
    equal(world.owner.list_tags_for_resource(resourceArn=made["arn"])["tags"], {"a": "b"})


def test_second_dp_template(world):
    world.switch(second_dp_template="validation")
    ours = membership(world)
    budget_template(world, ours)
    with misconfigured("privacyBudgetType"):
        budget_template(world, ours)


def test_omitted_auto_refresh(world):
    world.switch(omitted_auto_refresh="calendar_month")
    ours, _, association = in_membership(world)
    equal(budget_template(world, ours)["autoRefresh"], "CALENDAR_MONTH")
    equal(budget_template(world, ours, access(association["arn"]))["autoRefresh"], "NONE")


def test_omitted_budget_auto_refresh(world):
    world.switch(omitted_budget_auto_refresh="absent")
    ours, _, association = in_membership(world)
    made = budget_template(world, ours, access(association["arn"]))
    (budget,) = made["parameters"]["accessBudget"]["budgetParameters"]
    equal(budget, {"type": "CALENDAR_DAY", "budget": 5})


def test_lower_epsilon_after_queries(world):
    ours = membership(world)
    made = budget_template(world, ours)
    ended_query(world, ours)
    lower = lambda: world.owner.update_privacy_budget_template(
        privacyBudgetType="DIFFERENTIAL_PRIVACY",
        parameters={"differentialPrivacy": {"epsilon": 1}},
        **its(made, "privacyBudgetTemplate"),
    )
    world.switch(lower_epsilon_after_queries="conflict")
    with refused("ConflictException", "INVALID_STATE"):
        lower()
    world.switch(lower_epsilon_after_queries="accepted")
    lower()


def test_same_namespace_twice(world):
    world.switch(same_namespace_twice="accepted")
    ours = membership(world)
    assert namespace(world, ours)["id"] != namespace(world, ours)["id"]


def test_mapping_table_without_namespaces(world):
    world.switch(mapping_table_without_namespaces="not_found")
    with refused("ResourceNotFoundException", resourceType="COLLABORATION"):
        mapping_table(world, membership(world))


def test_omitted_id_mapping_config(world):
    ours = membership(world)
    assert "idMappingConfig" not in namespace(world, ours)
    world.switch(omitted_id_mapping_config="filled")
    config = namespace(world, ours, "target")["idMappingConfig"]
    equal(config, {"allowUseAsDimensionColumn": False})


def test_intermediate_rule_before_population(world):
    world.switch(intermediate_rule_before_population="conflict")
    ours, _, _ = in_membership(world)
    made = intermediate(world, ours)
    with refused("ConflictException", "INVALID_STATE"):
        intermediate_rule(world, made)
    populated(world, made)
    intermediate_rule(world, made)


def test_delete_while_populating(world):
    ours, _, _ = in_membership(world)
    made = intermediate(world, ours)
    populate(world, made)
    delete = lambda: world.owner.delete_intermediate_table(**its(made, "intermediateTable"))
    with refused("ConflictException", "INVALID_STATE"):
        delete()
    world.switch(delete_while_populating="accepted")
    delete()


def test_omitted_retention(world):
    world.switch(omitted_retention="absent")
    assert "retentionInDays" not in intermediate(world, membership(world))


def test_population_outcome(world):
    world.switch(population_outcome="failed")
    ours, _, _ = in_membership(world)
    found = populated(world, intermediate(world, ours))
    equal(found["status"], "POPULATE_FAILED")
    assert "intermediateTableVersion" not in found, found


def test_log_export_outcome(world):
    world.switch(log_export_outcome="failed")
    ours = membership(world, "CAN_EXPORT_QUERY_ANALYSIS_LOG")
    export = start_export(world, ours, ended_query(world, ours))
    get_export(world, export)
    ended = get_export(world, export)
    equal((ended["status"], ended["error"]["code"]), ("FAILED", "LOGS_NOT_AVAILABLE"))
