#: command: validate
#: expect_error: Invalid value for name

resource "cleanrooms_collaboration" "this" {
  name                     = "First \uFFFE"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
