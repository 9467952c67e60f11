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

# terraform apply -invoke=action.cleanrooms_start_protected_query.nightly
action "cleanrooms_start_protected_query" "nightly" {
  config {
    membership_id = cleanrooms_membership.campaign.id
    sql           = "SELECT COUNT(DISTINCT email) FROM purchases"
    timeout       = "30m"
  }
}
