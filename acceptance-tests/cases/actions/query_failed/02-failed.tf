#: expect_error: Error when invoking action
#: uncounted: ["GetProtectedQuery"]

resource "cleanrooms_collaboration" "this" {
  name                     = "Reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

action "cleanrooms_start_protected_query" "nightly" {
  config {
    membership_id = cleanrooms_membership.this.id
    sql           = "SELECT COUNT(DISTINCT email) FROM orders"
  }
}

resource "terraform_data" "nightly" {
  input = "2026-01"

  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.cleanrooms_start_protected_query.nightly]
    }
  }
}
