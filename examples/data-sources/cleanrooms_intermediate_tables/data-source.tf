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

# Those whose data is gone.
data "cleanrooms_intermediate_tables" "expired" {
  membership_id = cleanrooms_membership.campaign.id
  status        = "RETENTION_PERIOD_EXPIRED"
}
