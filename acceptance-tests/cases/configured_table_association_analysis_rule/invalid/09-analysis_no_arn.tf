#: command: validate
#: expect_error: Invalid value for analysis_rule_policy.v1.custom.allowed_additional_analyses

resource "cleanrooms_configured_table_association_analysis_rule" "this" {
  membership_id                   = "0f8fad5b-d9cb-469f-a165-70867728950e"
  configured_table_association_id = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_additional_analyses = ["all"]
      }
    }
  }
}
