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

resource "cleanrooms_intermediate_table" "buyers" {
  membership_id = cleanrooms_membership.campaign.id
  name          = "buyers"

  population_analysis_configuration = {
    sql_parameters = {
      query_string = "SELECT email, SUM(amount) AS amount FROM purchases GROUP BY email"
    }
  }

  populate = {}

  # The query names the table, and refers to nothing that Terraform sees.
  depends_on = [cleanrooms_configured_table_association.purchases]
}

resource "cleanrooms_intermediate_table_analysis_rule" "buyers" {
  membership_id         = cleanrooms_membership.campaign.id
  intermediate_table_id = cleanrooms_intermediate_table.buyers.id

  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses           = ["ANY_QUERY"]
        allowed_analysis_providers = ["111122223333"]
        disallowed_output_columns  = ["email"]
      }
    }
  }
}
