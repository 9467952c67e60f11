resource "cleanrooms_configured_table" "list" {
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

resource "cleanrooms_configured_table" "aggregation" {
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

resource "cleanrooms_configured_table" "custom" {
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

resource "cleanrooms_configured_table_analysis_rule" "list" {
  configured_table_id = cleanrooms_configured_table.list.id
  analysis_rule_policy = {
    v1 = {
      list = {
        join_columns = ["email"]
        list_columns = ["segment"]
      }
    }
  }
}

resource "cleanrooms_configured_table_analysis_rule" "aggregation" {
  configured_table_id = cleanrooms_configured_table.aggregation.id
  analysis_rule_policy = {
    v1 = {
      aggregation = {
        aggregate_columns = {
          SUM = {
            column_names = ["amount"]
          }
        }
        join_columns      = []
        dimension_columns = []
        scalar_functions  = []
        output_constraints = {
          email = {
            minimum = 10
          }
        }
      }
    }
  }
}

resource "cleanrooms_configured_table_analysis_rule" "custom" {
  configured_table_id = cleanrooms_configured_table.custom.id
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses = []
      }
    }
  }
}
