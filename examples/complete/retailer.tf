# What the retailer brings: who bought, and under which rules that may be asked.

resource "cleanrooms_configured_table" "purchases" {
  provider = cleanrooms.retailer

  name            = "Purchases"
  description     = "One row for each purchase"
  analysis_method = "DIRECT_QUERY"
  allowed_columns = ["amount", "email", "purchased_on"]

  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "purchases"
    }
  }

  tags = {
    Campaign = "spring"
  }
}

resource "cleanrooms_configured_table_association" "purchases" {
  provider = cleanrooms.retailer

  membership_id       = cleanrooms_membership.retailer.id
  configured_table_id = cleanrooms_configured_table.purchases.id
  name                = "purchases"
  role_arn            = "arn:aws:iam::111122223333:role/clean-rooms-purchases"

  tags = {
    Campaign = "spring"
  }
}

# The retailer has read the publisher's query, and allows this one alone.
resource "cleanrooms_configured_table_analysis_rule" "purchases" {
  provider = cleanrooms.retailer

  configured_table_id = cleanrooms_configured_table.purchases.id

  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses          = [cleanrooms_analysis_template.reach.arn]
        disallowed_output_columns = ["email"]
      }
    }
  }
}

# In this collaboration the publisher receives the results.
resource "cleanrooms_configured_table_association_analysis_rule" "purchases" {
  provider = cleanrooms.retailer

  membership_id                   = cleanrooms_membership.retailer.id
  configured_table_association_id = cleanrooms_configured_table_association.purchases.id
  analysis_rule_type              = cleanrooms_configured_table_analysis_rule.purchases.analysis_rule_type

  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_result_receivers = ["444455556666"]
      }
    }
  }
}

# The purchases may be asked about so many times.
resource "cleanrooms_privacy_budget_template" "purchases" {
  provider = cleanrooms.retailer

  membership_id       = cleanrooms_membership.retailer.id
  privacy_budget_type = "ACCESS_BUDGET"

  parameters = {
    access_budget = {
      resource_arn = cleanrooms_configured_table_association.purchases.arn

      budget_parameters = {
        CALENDAR_MONTH = { budget = var.queries_per_month }
        LIFETIME       = { budget = 12 * var.queries_per_month }
      }
    }
  }

  tags = {
    Campaign = "spring"
  }
}
