import {
  to = cleanrooms_configured_table.this
  id = var.table
}

resource "cleanrooms_configured_table" "this" {
  name            = "Purchases"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

variable "table" {
  type = string
}
