# Keys that are given go before both.
variable "sandbox" {
  type = string
}

provider "cleanrooms" {
  access_key          = "111122223333"
  secret_key          = "secret"
  profile             = "third"
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
