#: command: validate
#: expect_error: Invalid value for members["44445555666x"]

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members = {
    "44445555666x" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  }
}
