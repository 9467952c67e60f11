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

resource "cleanrooms_analysis_template" "this" {
  membership_id = cleanrooms_membership.this.id
  name          = "Reach"
  format        = "SQL"
  source = {
    text = "SELECT count(*) FROM orders WHERE day > :since"
  }
  analysis_parameters = {
    since = {
      type          = "DATE"
      default_value = "2026-01-01"
    }
  }
  description = "How many orders"
  synthetic_data_parameters = {
    ml_synthetic_data_parameters = {
      epsilon                               = 0.1
      max_membership_inference_attack_score = 0.75
      column_classification = {
        column_mapping = {
          age = {
            column_type         = "NUMERICAL"
            is_predictive_value = false
          }
          city = {
            column_type         = "CATEGORICAL"
            is_predictive_value = false
          }
          gender = {
            column_type         = "CATEGORICAL"
            is_predictive_value = false
          }
          segment = {
            column_type         = "CATEGORICAL"
            is_predictive_value = false
          }
          spent = {
            column_type         = "NUMERICAL"
            is_predictive_value = true
          }
        }
      }
    }
  }
  tags = {
    Team = "measurement"
  }
  region = "us-east-1"
  timeouts = {
    create = "1m"
    update = "1m"
  }
}
