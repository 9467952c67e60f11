variable "table" {
  type = string
}

import {
  to = cleanrooms_configured_table.this
  identity = {
    id         = var.table
    account_id = "111122223333"
    region     = "us-east-1"
  }
}

resource "cleanrooms_configured_table" "this" {
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
