resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "country", "day", "email", "phone", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table_analysis_rule" "this" {
  configured_table_id = cleanrooms_configured_table.this.id
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses           = ["ANY_QUERY", "ANY_JOB"]
        allowed_analysis_providers = ["111122223333", "444455556666"]
        additional_analyses        = "NOT_ALLOWED"
        comparison_controls = {
          allowed_literal_comparison_columns = ["country", "day"]
          allowed_column_comparison_columns  = []
        }
      }
    }
  }
}
