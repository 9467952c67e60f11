terraform {
  required_providers {
    cleanrooms = {
      source = "cleanrooms/cleanrooms"
    }
  }
}

provider "cleanrooms" {
  region  = "us-east-1"
  profile = "retailer"
}

resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = []
  query_log_status         = "ENABLED"

  members = {
    "444455556666" = {
      display_name     = "Example Media"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  }
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "DISABLED"
}

output "collaboration_id" {
  description = "What the partner needs to join."
  value       = cleanrooms_collaboration.campaign.id
}
