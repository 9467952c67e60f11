resource "cleanrooms_configured_table" "purchases" {
  name            = "Purchases"
  analysis_method = "DIRECT_QUERY"
  allowed_columns = ["amount", "email"]

  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "purchases"
    }
  }
}

# By its id, or by its name.
data "cleanrooms_configured_table" "purchases" {
  id = cleanrooms_configured_table.purchases.id
}
