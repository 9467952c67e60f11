# Description and methods are left out again.
resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["email", "country"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "purchases"
    }
  }
}
