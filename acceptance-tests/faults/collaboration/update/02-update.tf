#: arguments: ["-refresh=false"]

resource "cleanrooms_collaboration" "this" {
  name                     = "Second"
  description              = "Changed"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
  tags                     = { Team = "two", New = "y" }
}
