#: command: plan
#: expect_error: identity is not that

variable "table" {
  type = string
}

import {
  to = cleanrooms_configured_table.this
  identity = {
    id         = var.table
    account_id = "777788889999"
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
