resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

# Open ones, and all that ever were.
data "cleanrooms_change_requests" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
}
