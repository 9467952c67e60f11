#: command: plan
#: expect_error: Cannot read analysis log export

resource "cleanrooms_collaboration" "this" {
  name                     = "Reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_EXPORT_QUERY_ANALYSIS_LOG", "CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
}

resource "cleanrooms_protected_query" "this" {
  membership_id = cleanrooms_membership.this.id
  sql           = "SELECT COUNT(DISTINCT email) FROM orders"
}

data "cleanrooms_analysis_log_export" "none" {
  membership_id = cleanrooms_membership.this.id
  id            = cleanrooms_membership.this.id
}
