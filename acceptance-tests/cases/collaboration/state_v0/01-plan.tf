#: command: plan
#: arguments: ["-refresh=false"]

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  description              = "Of an older version"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
      payment_configuration = {
        query_compute = { is_responsible = true }
      }
    }
    "777788889999" = {
      display_name     = "Third"
      member_abilities = ["CAN_RECEIVE_RESULTS"]
    }
  }
  tags = {
    a = "b"
  }
}
