#: command: validate
#: expect_error: Invalid value for configured_table_association_id

resource "cleanrooms_configured_table_association_analysis_rule" "this" {
  membership_id                   = "0f8fad5b-d9cb-469f-a165-70867728950e"
  configured_table_association_id = "7C9E6679-7425-40DE-944B-E07FC1F90AE7"
  analysis_rule_policy = {
    v1 = {
      list = {}
    }
  }
}
