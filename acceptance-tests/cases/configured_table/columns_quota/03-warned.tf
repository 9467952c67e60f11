#: command: validate

resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = [for i in range(101) : "c${i}"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}
