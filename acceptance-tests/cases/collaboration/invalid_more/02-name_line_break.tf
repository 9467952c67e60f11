#: command: validate
#: expect_error: Invalid value for name

resource "cleanrooms_collaboration" "this" {
  name                     = "two\nlines"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  members                  = {}
}
