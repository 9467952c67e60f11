#: command: validate
#: expect_error: Invalid value for synthetic_data_parameters.ml_synthetic_data_parameters.max_membership_inference_attack_score

resource "cleanrooms_analysis_template" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Reach"
  format        = "SQL"
  source = {
    text = "SELECT count(*) FROM orders"
  }
  synthetic_data_parameters = {
    ml_synthetic_data_parameters = {
      epsilon                               = 0.1
      max_membership_inference_attack_score = 0.4
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
}
