moved {
  from = cleanrooms_configured_table.old
  to   = cleanrooms_configured_table.new
}

resource "cleanrooms_configured_table" "new" {
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
