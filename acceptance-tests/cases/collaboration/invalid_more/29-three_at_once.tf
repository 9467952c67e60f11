#: command: validate
#: expect_error: Invalid value for members

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  members                  = {
    "444455556666" = { display_name = "", member_abilities = ["CAN_FLY_"] }
  }
  description = "  "
  timeouts = { create = "x" }
}
