moved {
  from = awscc_cleanrooms_configured_table.orders
  to   = cleanrooms_configured_table.orders
}

resource "cleanrooms_configured_table" "orders" {
  name            = "Orders"
  description     = "All orders"
  allowed_columns = ["amount", "email"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
      region        = "us-east-1"
    }
  }
  tags = {
    team = "media"
  }
}
