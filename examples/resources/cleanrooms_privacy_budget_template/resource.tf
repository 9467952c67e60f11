resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_configured_table" "purchases" {
  name            = "Purchases"
  analysis_method = "DIRECT_QUERY"
  allowed_columns = ["amount", "email"]

  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "purchases"
    }
  }
}

resource "cleanrooms_configured_table_association" "purchases" {
  membership_id       = cleanrooms_membership.campaign.id
  configured_table_id = cleanrooms_configured_table.purchases.id
  name                = "purchases"
  role_arn            = "arn:aws:iam::111122223333:role/clean-rooms-purchases"
}

# For all queries of tables with differential privacy.
resource "cleanrooms_privacy_budget_template" "queries" {
  membership_id       = cleanrooms_membership.campaign.id
  privacy_budget_type = "DIFFERENTIAL_PRIVACY"
  auto_refresh        = "CALENDAR_MONTH"

  parameters = {
    differential_privacy = {
      epsilon               = 3
      users_noise_per_query = 20
    }
  }
}

# How often one table may be used.
resource "cleanrooms_privacy_budget_template" "purchases" {
  membership_id       = cleanrooms_membership.campaign.id
  privacy_budget_type = "ACCESS_BUDGET"

  parameters = {
    access_budget = {
      resource_arn = cleanrooms_configured_table_association.purchases.arn

      budget_parameters = {
        CALENDAR_MONTH = { budget = 100 }
        LIFETIME       = { budget = 1000 }
      }
    }
  }
}
