#: command: validate
#: expect_error: Incorrect attribute value type

resource "cleanrooms_intermediate_table" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Reached"
  population_analysis_configuration = {
    job_parameters = {
      analysis_template_arn = "reach"
    }
  }
}
