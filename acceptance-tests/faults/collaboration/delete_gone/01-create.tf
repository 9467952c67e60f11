resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  description              = ""
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
  tags                     = { Team = "one", Old = "x" }
}
