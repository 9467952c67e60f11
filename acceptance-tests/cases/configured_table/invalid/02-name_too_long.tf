#: command: validate
#: expect_error: Invalid value for name

resource "cleanrooms_configured_table" "this" {
  name            = join("", [for i in range(101) : "x"])
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}
