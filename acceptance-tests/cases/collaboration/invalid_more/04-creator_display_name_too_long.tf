#: command: validate
#: expect_error: Invalid value for creator_display_name

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  members                  = {}
}
