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

# The table can be queried as `purchases`, once it has an analysis rule.
resource "cleanrooms_configured_table_association" "purchases" {
  membership_id       = cleanrooms_membership.campaign.id
  configured_table_id = cleanrooms_configured_table.purchases.id
  name                = "purchases"
  description         = "One row for each purchase"

  # It reads the table, and trusts cleanrooms.amazonaws.com.
  role_arn = "arn:aws:iam::111122223333:role/clean-rooms-purchases"

  tags = {
    Team = "measurement"
  }
}
