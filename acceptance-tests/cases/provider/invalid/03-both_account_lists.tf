#: command: validate
#: expect_error: Conflicting value for forbidden_account_ids

provider "cleanrooms" {
  allowed_account_ids   = ["111122223333"]
  forbidden_account_ids = ["444455556666"]
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
