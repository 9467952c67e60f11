#: command: validate
#: expect_error: Invalid value for kms_key_arn

resource "cleanrooms_intermediate_table" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Reached"
  population_analysis_configuration = {
    sql_parameters = {
      query_string = "SELECT segment, email FROM orders"
    }
  }
  kms_key_arn = "arn:aws:kms:us-east-1:111122223333:alias/results"
}
