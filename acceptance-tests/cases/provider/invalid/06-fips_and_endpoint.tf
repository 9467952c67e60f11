#: command: validate
#: expect_error: Conflicting value for use_fips_endpoint

provider "cleanrooms" {
  use_fips_endpoint = true

  endpoints {
    cleanrooms = "https://cleanrooms.example.com"
  }
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
