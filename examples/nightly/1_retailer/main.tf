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

variable "further_members" {
  description = "Members besides the publisher, by account id."
  type = map(object({
    display_name     = string
    member_abilities = set(string)
  }))
  default = {}
}

resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = []
  query_log_status         = "ENABLED"

  members = merge(var.further_members, {
    "444455556666" = {
      display_name     = "Example Media"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  })
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_configured_table" "purchases" {
  name            = "Purchases"
  analysis_method = "DIRECT_QUERY"
  allowed_columns = ["amount", "email", "purchased_on"]

  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "purchases"
    }
  }
}

# Sums and counts by day, as long as each row of a result stands for 100 customers.
resource "cleanrooms_configured_table_analysis_rule" "purchases" {
  configured_table_id = cleanrooms_configured_table.purchases.id

  analysis_rule_policy = {
    v1 = {
      aggregation = {
        aggregate_columns = {
          SUM            = { column_names = ["amount"] }
          COUNT_DISTINCT = { column_names = ["email"] }
        }
        join_columns      = ["email"]
        join_required     = "QUERY_RUNNER"
        dimension_columns = ["purchased_on"]
        scalar_functions  = []

        output_constraints = {
          email = { minimum = 100 }
        }
      }
    }
  }
}

resource "cleanrooms_configured_table_association" "purchases" {
  membership_id       = cleanrooms_membership.campaign.id
  configured_table_id = cleanrooms_configured_table.purchases.id
  name                = "purchases"
  role_arn            = "arn:aws:iam::111122223333:role/clean-rooms-purchases"
}

resource "cleanrooms_configured_table_association_analysis_rule" "purchases" {
  membership_id                   = cleanrooms_membership.campaign.id
  configured_table_association_id = cleanrooms_configured_table_association.purchases.id
  analysis_rule_type              = cleanrooms_configured_table_analysis_rule.purchases.analysis_rule_type

  analysis_rule_policy = {
    v1 = {
      aggregation = {
        allowed_result_receivers = ["444455556666"]
      }
    }
  }
}

output "collaboration_id" {
  description = "What the publisher needs to join."
  value       = cleanrooms_collaboration.campaign.id
}

output "waiting_for_votes" {
  description = "The change requests on which the publisher is asked to vote, with the accounts that they are about."
  value       = { for id, request in cleanrooms_collaboration.campaign.change_requests : id => request.accounts }
}
