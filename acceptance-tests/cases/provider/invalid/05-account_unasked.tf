#: command: validate
#: expect_error: Conflicting value for skip_requesting_account_id

provider "cleanrooms" {
  allowed_account_ids        = ["111122223333"]
  skip_requesting_account_id = true
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
