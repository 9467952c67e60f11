resource "cleanrooms_collaboration" "this" {
  name                     = "Campaign reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"

  members = {
    "444455556666" = {
      display_name     = "Advertiser"
      member_abilities = []
    }
  }
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
}

resource "cleanrooms_membership" "partner" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_configured_table" "orders" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = { glue = { database_name = "sales", table_name = "orders" } }
}

resource "cleanrooms_configured_table_analysis_rule" "orders" {
  configured_table_id = cleanrooms_configured_table.orders.id
  analysis_rule_policy = {
    v1 = {
      aggregation = {
        aggregate_columns  = { SUM = { column_names = ["amount"] } }
        join_columns       = ["email"]
        dimension_columns  = ["segment"]
        scalar_functions   = ["UPPER"]
        output_constraints = { email = { minimum = 10 } }
      }
    }
  }
}

resource "cleanrooms_configured_table_association" "orders" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.orders.id
  name                = "Orders"
  description         = "What was bought"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}

resource "cleanrooms_configured_table" "visits" {
  name            = "Visits"
  allowed_columns = ["email", "page"]
  analysis_method = "DIRECT_QUERY"
  table_reference = { glue = { database_name = "sales", table_name = "visits" } }
}

resource "cleanrooms_configured_table_analysis_rule" "visits" {
  configured_table_id = cleanrooms_configured_table.visits.id
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses           = ["ANY_QUERY"]
        allowed_analysis_providers = ["111122223333"]
        differential_privacy       = { columns = [{ name = "email" }] }
      }
    }
  }
}

resource "cleanrooms_configured_table_association" "visits" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.visits.id
  name                = "visits"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}
