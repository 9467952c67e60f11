#: expect_error: can no longer be changed
#: leaves_changes: true

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
  tags = {
    a = "b"
  }
}
