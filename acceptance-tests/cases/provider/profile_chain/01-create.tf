# The sandbox would refuse the keys of `base` for this account: roles are assumed on the way.
variable "sandbox" {
  type = string
}

provider "cleanrooms" {
  region              = "us-east-1"
  profile             = "spoke"
  shared_config_files = ["${path.module}/aws-config"]

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
