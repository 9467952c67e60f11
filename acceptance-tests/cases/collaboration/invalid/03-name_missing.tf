#: command: validate
#: expect_error: Missing required argument

resource "cleanrooms_collaboration" "this" {
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
