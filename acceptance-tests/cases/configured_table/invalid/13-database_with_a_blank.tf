#: command: validate
#: expect_error: Invalid value for table_reference.glue.database_name

resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "my sales"
      table_name    = "orders"
    }
  }
}
