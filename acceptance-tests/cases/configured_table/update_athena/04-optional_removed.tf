resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    athena = {
      work_group    = "analysts"
      database_name = "sales"
      table_name    = "orders"
    }
  }
}
