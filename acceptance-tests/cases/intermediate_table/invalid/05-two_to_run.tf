#: command: validate
#: expect_error: Invalid value for population_analysis_configuration.sql_parameters

resource "cleanrooms_intermediate_table" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Reached"
  population_analysis_configuration = {
    sql_parameters = {
      query_string          = "SELECT 1"
      analysis_template_arn = "arn:aws:cleanrooms:us-east-1:111122223333:membership/0f8fad5b-d9cb-469f-a165-70867728950e/analysistemplate/0f8fad5b-d9cb-469f-a165-70867728950e"
    }
  }
}
