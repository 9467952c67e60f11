resource "cleanrooms_collaboration" "this" {
  name                     = "Campaign reach"
  description              = "What both of us may learn about our customers"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  members = {
    "444455556666" = {
      display_name          = "Advertiser"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { query_compute = { is_responsible = true } }
    }
  }
}

resource "cleanrooms_membership" "publisher" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
}

resource "cleanrooms_membership" "advertiser" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
}
