#: command: validate
#: expect_error: Invalid value for populate.analysis_payer_account_id

resource "cleanrooms_intermediate_table" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Reached"
  population_analysis_configuration = {
    sql_parameters = {
      query_string = "SELECT segment, email FROM orders"
    }
  }
  populate = {
    analysis_payer_account_id = "partner"
  }
}
