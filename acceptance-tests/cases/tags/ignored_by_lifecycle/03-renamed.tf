variable "sandbox" {
  type = string
}

provider "cleanrooms" {
  region     = "us-east-1"
  access_key = "111122223333"
  secret_key = "secret"

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }

  default_tags {
    tags = {
      Owner = "nobody"
    }
  }
}

provider "cleanrooms" {
  alias      = "partner"
  region     = "us-east-1"
  access_key = "444455556666"
  secret_key = "secret"

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }

  default_tags {
    tags = {
      Owner = "nobody"
    }
  }
}

resource "cleanrooms_collaboration" "this" {
  name                     = "Renamed"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "DISABLED"
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  }

  lifecycle {
    ignore_changes = [tags, tags_all, change_requests]
  }
}

resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"

  lifecycle {
    ignore_changes = [tags, tags_all]
  }
}
