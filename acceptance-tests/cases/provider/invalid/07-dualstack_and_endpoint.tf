#: command: validate
#: expect_error: Conflicting value for use_dualstack_endpoint

provider "cleanrooms" {
  use_dualstack_endpoint = true

  endpoints {
    sts = "https://sts.example.com"
  }
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
