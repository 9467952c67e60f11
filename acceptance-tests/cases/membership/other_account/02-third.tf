#: command: plan
#: expect_error: belongs to another account

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "ENABLED"
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  }
}

resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.third
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}
