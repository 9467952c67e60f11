terraform {
  required_providers {
    cleanrooms = {
      source = "cleanrooms/cleanrooms"
    }
  }
}

provider "cleanrooms" {
  region  = "us-east-1"
  profile = "publisher"
}

variable "collaboration_id" {
  description = "The id of the collaboration that has invited us."
  type        = string
}

variable "agreed_change_requests" {
  description = "The change requests that add members and to which we agree: by id, the accounts."
  type        = map(set(string))
  default     = {}
}

variable "night" {
  description = "The night of the run, such as 2026-01-31: another one is another query, and paid for."
  type        = string
  default     = "2026-01-01"
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = var.collaboration_id
  query_log_status = "ENABLED"
}

# A vote is a line of a file that somebody has reviewed, and is given by the next
# run. Should the request be about anything else, the run stops.
resource "cleanrooms_change_request_vote" "agreed" {
  for_each = var.agreed_change_requests

  collaboration_id  = cleanrooms_membership.campaign.collaboration_id
  change_request_id = each.key
  vote              = "APPROVE"

  types    = ["ADD_MEMBER"]
  accounts = each.value
}

resource "cleanrooms_configured_table" "impressions" {
  name            = "Impressions"
  analysis_method = "DIRECT_QUERY"
  allowed_columns = ["email", "seen_on"]

  table_reference = {
    glue = {
      database_name = "ads"
      table_name    = "impressions"
    }
  }
}

resource "cleanrooms_configured_table_analysis_rule" "impressions" {
  configured_table_id = cleanrooms_configured_table.impressions.id

  analysis_rule_policy = {
    v1 = {
      aggregation = {
        aggregate_columns  = { COUNT_DISTINCT = { column_names = ["email"] } }
        join_columns       = ["email"]
        dimension_columns  = ["seen_on"]
        scalar_functions   = []
        output_constraints = { email = { minimum = 100 } }
      }
    }
  }
}

resource "cleanrooms_configured_table_association" "impressions" {
  membership_id       = cleanrooms_membership.campaign.id
  configured_table_id = cleanrooms_configured_table.impressions.id
  name                = "impressions"
  role_arn            = "arn:aws:iam::444455556666:role/clean-rooms-impressions"
}

resource "cleanrooms_configured_table_association_analysis_rule" "impressions" {
  membership_id                   = cleanrooms_membership.campaign.id
  configured_table_association_id = cleanrooms_configured_table_association.impressions.id
  analysis_rule_type              = cleanrooms_configured_table_analysis_rule.impressions.analysis_rule_type

  analysis_rule_policy = {
    v1 = {
      aggregation = {
        allowed_result_receivers = ["444455556666"]
      }
    }
  }
}

# The same question every night: `triggers` alone makes it another query. What is
# replaced is the record in the state; the results of former nights stay.
resource "cleanrooms_protected_query" "revenue" {
  membership_id = cleanrooms_membership.campaign.id

  sql = <<-EOT
    SELECT purchases.purchased_on, COUNT(DISTINCT purchases.email) AS buyers, SUM(purchases.amount) AS revenue
    FROM purchases
    JOIN impressions ON purchases.email = impressions.email
    GROUP BY purchases.purchased_on
  EOT

  triggers = {
    night = var.night
  }

  result_configuration = {
    output_configuration = {
      s3 = {
        bucket        = "example-media-results"
        key_prefix    = "campaign/"
        result_format = "CSV"
      }
    }
  }

  timeouts = {
    create = "2h"
  }

  depends_on = [cleanrooms_configured_table_association_analysis_rule.impressions]
}

output "results" {
  description = "Where the results of the night are."
  value       = cleanrooms_protected_query.revenue.result_location
}
