#: uncounted: ["ListConfiguredTables", "GetConfiguredTable", "ListTagsForResource"]

resource "cleanrooms_configured_table" "this" {
  count = 2

  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}
