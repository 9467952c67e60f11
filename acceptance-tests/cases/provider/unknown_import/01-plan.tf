#: command: plan
#: expect_error: Cannot import cleanrooms_collaboration yet

# The credentials are known only after apply, and an import has to read.
resource "terraform_data" "role" {
  input = "arn:aws:iam::111122223333:role/Deployer"
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

import {
  to = cleanrooms_collaboration.this
  id = "c011ab00-0000-4000-8000-000000000001"
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
