#: uncounted: ["GetCollaborationChangeRequest"]
resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  wait_for_approval = true
  timeouts = { update = "1s" }

  members = {
    "444455556666" = { display_name = "Partner", member_abilities = ["CAN_RECEIVE_RESULTS"] }
    "777788889999" = { display_name = "Third", member_abilities = [] }
  }
}

resource "cleanrooms_membership" "partner" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
}
