#: command: validate
#: expect_error: Invalid value for table_reference

resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
    athena = {
      work_group    = "analysts"
      database_name = "sales"
      table_name    = "orders"
    }
  }
}
