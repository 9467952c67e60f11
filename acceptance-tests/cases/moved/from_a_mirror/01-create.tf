resource "cleanrooms_configured_table" "old" {
  name            = "Orders"
  allowed_columns = ["amount", "email"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}
