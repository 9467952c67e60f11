#: command: validate
#: expect_error: Invalid value for analysis_parameters["1st"]

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
  analysis_parameters = {
    "1st" = {
      type = "STRING"
    }
  }
}
