#: uncounted: ["ListCollaborations", "GetCollaboration", "ListMembers", "ListTagsForResource"]
resource "cleanrooms_collaboration" "this" {
  count = 2

  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  members                  = {}
}
