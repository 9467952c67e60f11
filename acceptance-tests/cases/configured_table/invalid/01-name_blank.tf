#: command: validate
#: expect_error: Invalid value for name

resource "cleanrooms_configured_table" "this" {
  name            = "  "
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}
