resource "cleanrooms_collaboration" "this" {
  name                     = "Reach"
  creator_display_name     = "Advertiser"
  creator_member_abilities = []
  query_log_status         = "DISABLED"
  members = {
    "444455556666" = {
      display_name     = "Publisher"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  }
}

resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_protected_query" "this" {
  provider      = cleanrooms.partner
  membership_id = cleanrooms_membership.this.id
  sql           = "SELECT COUNT(DISTINCT email) FROM orders"
}
