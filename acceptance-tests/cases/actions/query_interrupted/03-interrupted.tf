#: arguments: ["-invoke=action.cleanrooms_start_protected_query.nightly"]
#: interrupt: {"signal": "INT", "operation": "GetProtectedQuery", "count": 3}
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
