#: command: validate
#: expect_error: Missing value for assume_role[1].role_arn

provider "cleanrooms" {
  assume_role {
    role_arn = "arn:aws:iam::111122223333:role/Hub"
  }

  assume_role {
    session_name = "terraform"
  }
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
