#: command: validate
#: expect_error: Missing required argument

resource "cleanrooms_configured_table" "this" {
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}
