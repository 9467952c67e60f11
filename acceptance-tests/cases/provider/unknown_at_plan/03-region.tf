# The Region of something new is unknown with that of its provider.
resource "terraform_data" "region" {
  input = "eu-west-1"
}

variable "sandbox" {
  type = string
}

provider "cleanrooms" {
  alias      = "elsewhere"
  region     = terraform_data.region.output
  access_key = "111122223333"
  secret_key = "secret"

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}

resource "terraform_data" "role" {
  input            = "arn:aws:iam::111122223333:role/Deployer"
  triggers_replace = 2
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
  name                     = "Second"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}

resource "cleanrooms_collaboration" "elsewhere" {
  provider                 = cleanrooms.elsewhere
  name                     = "Elsewhere"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
