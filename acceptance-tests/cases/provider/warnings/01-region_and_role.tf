#: command: validate

# A Region that may have the service by now, and a role that is left out.
provider "cleanrooms" {
  region = "ca-west-1"

  assume_role {
    role_arn = ""
  }
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
