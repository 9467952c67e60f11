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
  timeouts = {
    create = "5m"
  }
}
