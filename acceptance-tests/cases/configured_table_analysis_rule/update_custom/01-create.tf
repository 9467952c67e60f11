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
}
