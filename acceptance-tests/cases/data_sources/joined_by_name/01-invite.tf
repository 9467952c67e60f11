resource "cleanrooms_collaboration" "this" {
  name                     = "Campaign reach"
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
