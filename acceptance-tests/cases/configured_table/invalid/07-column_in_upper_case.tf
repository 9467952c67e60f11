#: command: validate
#: expect_error: Invalid value for allowed_columns

resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["Email"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}
