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

resource "cleanrooms_configured_table" "private" {
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
        join_columns           = ["email", "phone"]
        allowed_join_operators = ["OR", "AND"]
        list_columns           = ["segment", "country"]
        additional_analyses    = "ALLOWED"
      }
    }
  }
  analysis_rule_type = "LIST"
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
          COUNT_DISTINCT = {
            column_names = ["email", "phone"]
          }
        }
        join_columns           = ["email", "phone"]
        join_required          = "QUERY_RUNNER"
        allowed_join_operators = ["AND", "OR"]
        dimension_columns      = ["country", "segment"]
        scalar_functions       = ["UPPER", "TRUNC"]
        output_constraints = {
          email = {
            minimum = 10
            type    = "COUNT_DISTINCT"
          }
          phone = {
            minimum = 2
          }
        }
      }
    }
  }
  timeouts = {
    create = "1m"
  }
}

resource "cleanrooms_configured_table_analysis_rule" "custom" {
  configured_table_id = cleanrooms_configured_table.custom.id
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses           = ["ANY_QUERY", "ANY_JOB"]
        allowed_analysis_providers = ["111122223333", "444455556666"]
        additional_analyses        = "NOT_ALLOWED"
        disallowed_output_columns  = ["email", "phone"]
        aggregation_thresholds = [{
          identity_columns                  = ["email"]
          minimum_identity_count            = 5
          type                              = "COUNT_DISTINCT"
          allowed_aggregate_expression_type = "ANY_EXPRESSION"
          output_column_thresholds = {
            segment = {
              minimum_identity_count = 0
            }
            country = {
              minimum_identity_count = 20
            }
          }
        }]
        comparison_controls = {
          allowed_literal_comparison_columns = ["country", "day"]
          allowed_column_comparison_columns  = []
        }
      }
    }
  }
  region = "us-east-1"
}

resource "cleanrooms_configured_table_analysis_rule" "private" {
  configured_table_id = cleanrooms_configured_table.private.id
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses = ["arn:aws:cleanrooms:us-east-1:111122223333:membership/0f8fad5b-d9cb-469f-a165-70867728950e/analysistemplate/7c9e6679-7425-40de-944b-e07fc1f90ae7"]
        differential_privacy = {
          columns = [{
            name = "email"
          }]
        }
      }
    }
  }
}
