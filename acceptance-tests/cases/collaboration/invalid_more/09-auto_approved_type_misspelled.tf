#: command: validate
#: expect_error: Invalid value for auto_approved_change_request_types

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  members                  = {}
  auto_approved_change_request_types = ["ADD_MEMBERS"]
}
