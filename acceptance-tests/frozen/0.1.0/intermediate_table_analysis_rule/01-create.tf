resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_intermediate_table" "this" {
  membership_id = cleanrooms_membership.this.id
  name          = "Reached"
  population_analysis_configuration = {
    sql_parameters = {
      query_string = "SELECT segment FROM orders"
    }
  }
}

resource "cleanrooms_intermediate_table_analysis_rule" "this" {
  membership_id         = cleanrooms_membership.this.id
  intermediate_table_id = cleanrooms_intermediate_table.this.id
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses            = ["ANY_QUERY"]
        allowed_analysis_providers  = ["111122223333"]
        additional_analyses         = "ALLOWED"
        allowed_additional_analyses = ["arn:aws:cleanrooms:us-east-1:*:membership/*/configuredaudiencemodelassociation/*"]
        allowed_result_receivers    = ["111122223333"]
        disallowed_output_columns   = ["email"]
        aggregation_thresholds = [{
          identity_columns       = ["email"]
          minimum_identity_count = 10
          output_column_thresholds = {
            spent = {
              minimum_identity_count = 20
            }
          }
        }]
        comparison_controls = {
          allowed_literal_comparison_columns = ["segment"]
          allowed_column_comparison_columns  = ["email"]
        }
      }
    }
  }
  region = "us-east-1"
  timeouts = {
    create = "1m"
    update = "1m"
  }
}
