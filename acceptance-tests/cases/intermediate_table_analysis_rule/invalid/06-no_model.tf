#: command: validate
#: expect_error: Invalid value for analysis_rule_policy.v1.custom.allowed_additional_analyses

resource "cleanrooms_intermediate_table_analysis_rule" "this" {
  membership_id         = "0f8fad5b-d9cb-469f-a165-70867728950e"
  intermediate_table_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses            = []
        allowed_additional_analyses = ["model"]
      }
    }
  }
}
