#: command: validate
#: expect_error: Invalid value for assume_role[0].role_arn

provider "cleanrooms" {
  assume_role {
    role_arn = "Hub"
  }
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
