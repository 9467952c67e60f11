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

resource "cleanrooms_configured_table_analysis_rule" "purchases" {
  configured_table_id = cleanrooms_configured_table.purchases.id

  analysis_rule_policy = {
    v1 = {
      list = {
        join_columns = ["email"]
        list_columns = ["amount"]
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

# In this collaboration the results go to the account itself.
resource "cleanrooms_configured_table_association_analysis_rule" "purchases" {
  membership_id                   = cleanrooms_membership.campaign.id
  configured_table_association_id = cleanrooms_configured_table_association.purchases.id

  # The rule of the table is made first, and goes last.
  analysis_rule_type = cleanrooms_configured_table_analysis_rule.purchases.analysis_rule_type

  analysis_rule_policy = {
    v1 = {
      list = {
        allowed_result_receivers = ["111122223333"]
      }
    }
  }
}
