#: command: validate
#: expect_error: Invalid value for creator_display_name

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Retail 🛒"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
