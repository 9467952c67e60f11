resource "cleanrooms_configured_table" "this" {
  name            = "Purchases"
  allowed_columns = ["email", "country"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "purchases"
      region        = "eu-west-1"
    }
  }
  description = "All orders,\none row each"
}
