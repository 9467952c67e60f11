#: command: validate
#: expect_error: Invalid value for selected_analysis_methods

resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "MULTIPLE"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
  selected_analysis_methods = ["DIRECT_JOB"]
}
