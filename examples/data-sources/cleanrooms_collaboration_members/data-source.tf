resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

data "cleanrooms_collaboration_members" "active" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  status           = "ACTIVE"
}
