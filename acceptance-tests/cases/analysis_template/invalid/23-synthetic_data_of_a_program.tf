#: command: validate
#: expect_error: Invalid value for synthetic_data_parameters

resource "cleanrooms_analysis_template" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Model"
  format        = "PYSPARK_1_0"
  source = {
    artifacts = {
      entry_point = {
        location = {
          bucket = "programs"
          key    = "main.py"
        }
      }
      role_arn = "arn:aws:iam::111122223333:role/programs"
    }
  }
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
}
