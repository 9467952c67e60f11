#: arguments: ["-invoke=action.cleanrooms_cancel_protected_query.this"]
#: uncounted: ["GetProtectedQuery"]

variable "RUN" {}

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

action "cleanrooms_cancel_protected_query" "this" {
  config {
    membership_id      = cleanrooms_membership.this.id
    protected_query_id = var.RUN
  }
}

resource "terraform_data" "nightly" {
  input = "2026-01"
}
