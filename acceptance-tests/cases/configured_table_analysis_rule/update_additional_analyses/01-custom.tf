resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "country", "email"]
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
        allowed_analyses           = ["ANY_QUERY"]
        allowed_analysis_providers = ["111122223333"]
        additional_analyses        = "NOT_ALLOWED"
      }
    }
  }
  timeouts = {
    create = "3m"
    update = "4m"
  }
}
