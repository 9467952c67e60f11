#: command: validate
#: expect_error: Invalid value for source.artifacts.entry_point.location.key

resource "cleanrooms_analysis_template" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Model"
  format        = "PYSPARK_1_0"
  source = {
    artifacts = {
      entry_point = {
        location = {
          bucket = "programs"
          key    = "my main.py"
        }
      }
      role_arn = "arn:aws:iam::111122223333:role/programs"
    }
  }
}
