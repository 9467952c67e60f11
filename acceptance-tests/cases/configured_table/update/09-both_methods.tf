resource "cleanrooms_configured_table" "this" {
  name            = "Purchases"
  allowed_columns = ["email", "country"]
  analysis_method = "MULTIPLE"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "purchases"
    }
  }
  description = "All orders,\none row each"
}
