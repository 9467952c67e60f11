#: command: validate
#: expect_error: Invalid value for creator_member_abilities

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["can_query"]
  query_log_status         = "ENABLED"
  members                  = {}
}
