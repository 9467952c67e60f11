resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  description              = "Who saw the campaign, and who bought"
  creator_display_name     = "Example Retail"
  creator_member_abilities = []
  query_log_status         = "ENABLED"

  # Quote account ids: HCL would drop a leading zero of a bare number.
  members = {
    "444455556666" = {
      display_name     = "Example Media"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  }

  tags = {
    Team = "measurement"
  }
}
