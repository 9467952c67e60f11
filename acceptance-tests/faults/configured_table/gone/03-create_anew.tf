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
  tags = {
    Team = "one"
    Old  = "x"
  }
}
