#: command: validate
#: expect_error: Invalid value for membership_id

resource "cleanrooms_intermediate_table" "this" {
  membership_id = "one"
  name          = "Reached"
  population_analysis_configuration = {
    sql_parameters = {
      query_string = "SELECT segment, email FROM orders"
    }
  }
}
