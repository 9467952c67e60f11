#: command: validate
#: expect_error: Conflicting value for assume_role_with_web_identity[0].web_identity_token_file

provider "cleanrooms" {
  assume_role_with_web_identity {
    role_arn                = "arn:aws:iam::111122223333:role/Web"
    web_identity_token      = "a-token"
    web_identity_token_file = "/run/token"
  }
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
