#: command: validate

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_FLY"]
  query_log_status         = "DISABLED"
  members                  = {}
}
