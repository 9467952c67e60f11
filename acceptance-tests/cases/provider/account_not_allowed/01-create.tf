#: expect_error: Cannot create the collaboration

# The plan of something new asks nothing; the apply asks STS alone.
variable "sandbox" {
  type = string
}

provider "cleanrooms" {
  region     = "us-east-1"
  access_key = "111122223333"
  secret_key = "secret"

  allowed_account_ids = ["444455556666"]

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
