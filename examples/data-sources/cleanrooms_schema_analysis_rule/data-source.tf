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
  allowed_columns = ["email", "segment"]
  table_reference = { glue = { database_name = "sales", table_name = "purchases" } }
}

resource "cleanrooms_configured_table_analysis_rule" "purchases" {
  configured_table_id = cleanrooms_configured_table.purchases.id

  analysis_rule_policy = {
    v1 = { list = { join_columns = ["email"], list_columns = ["segment"] } }
  }
}

resource "cleanrooms_configured_table_association" "purchases" {
  membership_id       = cleanrooms_membership.campaign.id
  configured_table_id = cleanrooms_configured_table_analysis_rule.purchases.configured_table_id
  name                = "purchases"
  role_arn            = "arn:aws:iam::111122223333:role/clean-rooms-purchases"
}

data "cleanrooms_schema_analysis_rule" "purchases" {
  collaboration_id = cleanrooms_membership.campaign.collaboration_id
  name             = cleanrooms_configured_table_association.purchases.name
  type             = "LIST"
}
