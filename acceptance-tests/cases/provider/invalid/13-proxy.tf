#: command: validate
#: expect_error: Invalid value for https_proxy

provider "cleanrooms" {
  https_proxy = "ftp://user:password@proxy.example.com"
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
