variable "sandbox" {
  type = string
}

provider "cleanrooms" {
  region     = "us-east-1"
  access_key = "777788889999"
  secret_key = "secret"

  assume_role {
    role_arn = "arn:aws:iam::444455556666:role/Hub"
  }

  assume_role {
    role_arn = "arn:aws:iam::111122223333:role/Spoke"
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
