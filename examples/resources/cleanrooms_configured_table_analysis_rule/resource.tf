resource "cleanrooms_configured_table" "purchases" {
  name            = "Purchases"
  analysis_method = "DIRECT_QUERY"
  allowed_columns = ["amount", "country", "email", "purchased_on"]

  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "purchases"
    }
  }
}

# Queries may sum amounts and count customers, by country and day, as long as
# each row of a result stands for 100 customers.
resource "cleanrooms_configured_table_analysis_rule" "purchases" {
  configured_table_id = cleanrooms_configured_table.purchases.id

  analysis_rule_policy = {
    v1 = {
      aggregation = {
        aggregate_columns = {
          SUM            = { column_names = ["amount"] }
          COUNT_DISTINCT = { column_names = ["email"] }
        }
        join_columns      = ["email"]
        join_required     = "QUERY_RUNNER"
        dimension_columns = ["country", "purchased_on"]
        scalar_functions  = ["TRUNC"]

        output_constraints = {
          email = { minimum = 100 }
        }
      }
    }
  }
}

resource "cleanrooms_configured_table" "visits" {
  name            = "Visits"
  analysis_method = "DIRECT_QUERY"
  allowed_columns = ["email", "page", "visited_on"]

  table_reference = {
    glue = {
      database_name = "web"
      table_name    = "visits"
    }
  }
}

# The named accounts may run any query, but no result holds an address, and a
# query may compare no other column with values of its own than the day.
resource "cleanrooms_configured_table_analysis_rule" "visits" {
  configured_table_id = cleanrooms_configured_table.visits.id

  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses           = ["ANY_QUERY"]
        allowed_analysis_providers = ["444455556666"]
        disallowed_output_columns  = ["email"]

        comparison_controls = {
          allowed_literal_comparison_columns = ["visited_on"]
          allowed_column_comparison_columns  = ["email"]
        }
      }
    }
  }
}
