#: command: validate
#: expect_error: Invalid value for name

resource "cleanrooms_configured_table" "this" {
  name            = ""
  allowed_columns = ["Email", "ok"]
  analysis_method = "SQL"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}
