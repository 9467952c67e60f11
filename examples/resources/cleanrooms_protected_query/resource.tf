variable "month" {
  description = "The month that is measured: each one is another query, and paid for."
  type        = string
  default     = "2026-01"
}

resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "ENABLED"
}

resource "cleanrooms_protected_query" "reach" {
  membership_id = cleanrooms_membership.campaign.id
  sql           = "SELECT COUNT(DISTINCT email) FROM purchases WHERE month = '${var.month}'"

  # Without it, the membership says where results go.
  result_configuration = {
    output_configuration = {
      s3 = {
        bucket        = "example-retail-results"
        key_prefix    = "reach/${var.month}/"
        result_format = "CSV"
      }
    }
  }

  compute_configuration = {
    worker = {
      type   = "CR.1X"
      number = 4
    }
  }

  timeouts = {
    create = "2h"
  }
}

output "results" {
  value = cleanrooms_protected_query.reach.result_location
}
