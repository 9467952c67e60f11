#: command: validate
#: expect_error: Invalid value for allowed_account_ids

provider "cleanrooms" {
  allowed_account_ids = ["11112222333"]
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
