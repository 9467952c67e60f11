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
        allowed_analyses = ["arn:aws:cleanrooms:us-east-1:111122223333:membership/0f8fad5b-d9cb-469f-a165-70867728950e/analysistemplate/7c9e6679-7425-40de-944b-e07fc1f90ae7"]
        differential_privacy = {
          columns = [{
            name = "phone"
          }]
        }
      }
    }
  }
}
