#: command: plan
#: expect_error: Invalid value for collaboration_id

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"

  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = []
    }
  }
}

resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.arn
  query_log_status = "DISABLED"
}
