#: uncounted: ["GetIntermediateTable", "ListIntermediateTableVersions"]

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table_association" "this" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.this.id
  name                = "orders"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}

resource "cleanrooms_intermediate_table" "this" {
  membership_id = cleanrooms_membership.this.id
  name          = "Reached"
  population_analysis_configuration = {
    sql_parameters = {
      query_string = "SELECT segment, email FROM orders"
    }
  }
  populate = {
    triggers = {
      month = "2026-01"
    }
  }

  depends_on = [cleanrooms_configured_table_association.this]
}
