resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "DISABLED"
}

# How often each table may still be used.
data "cleanrooms_collaboration_privacy_budgets" "campaign" {
  collaboration_id    = cleanrooms_membership.campaign.collaboration_id
  privacy_budget_type = "ACCESS_BUDGET"
}
