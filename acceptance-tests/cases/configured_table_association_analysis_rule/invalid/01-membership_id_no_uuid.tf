#: command: validate
#: expect_error: Invalid value for membership_id

resource "cleanrooms_configured_table_association_analysis_rule" "this" {
  membership_id                   = "first"
  configured_table_association_id = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
  analysis_rule_policy = {
    v1 = {
      list = {}
    }
  }
}
