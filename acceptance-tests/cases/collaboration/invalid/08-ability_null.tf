#: command: validate
#: expect_error: Invalid value for creator_member_abilities

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", null]
  query_log_status         = "DISABLED"
  members                  = {}
}
