variable "table" {
  type = string
}

import {
  to = cleanrooms_configured_table_analysis_rule.this
  identity = {
    configured_table_id = var.table
    analysis_rule_type  = "LIST"
    account_id          = "111122223333"
    region              = "us-east-1"
  }
}

resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "country", "day", "email", "phone", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table_analysis_rule" "this" {
  configured_table_id = cleanrooms_configured_table.this.id
  analysis_rule_policy = {
    v1 = {
      list = {
        join_columns = ["email"]
        list_columns = ["segment"]
      }
    }
  }
}
