resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  wait_for_approval = true
  timeouts = { create = "5m", update = "1h" }

  members = {}
}
