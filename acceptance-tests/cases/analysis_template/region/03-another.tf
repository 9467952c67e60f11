#: expect_error: region of an analysis template cannot be changed
#: leaves_changes: true

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
  region                   = "eu-west-1"
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
  region           = "eu-west-1"
}

resource "cleanrooms_analysis_template" "this" {
  membership_id = cleanrooms_membership.this.id
  name          = "Reach"
  format        = "SQL"
  source = {
    text = "SELECT count(*) FROM orders"
  }
  region = "us-east-1"
}
