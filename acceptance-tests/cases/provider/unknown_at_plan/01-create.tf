# The role is known only after apply: nothing new needs it before.
resource "terraform_data" "role" {
  input            = "arn:aws:iam::111122223333:role/Deployer"
  triggers_replace = 1
}

variable "sandbox" {
  type = string
}

provider "cleanrooms" {
  region     = "us-east-1"
  access_key = "777788889999"
  secret_key = "secret"

  assume_role {
    role_arn = terraform_data.role.output
  }

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
