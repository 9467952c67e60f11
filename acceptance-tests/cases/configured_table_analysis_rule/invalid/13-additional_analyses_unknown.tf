#: command: validate
#: expect_error: Invalid value for analysis_rule_policy.v1.list.additional_analyses

resource "cleanrooms_configured_table_analysis_rule" "this" {
  configured_table_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  analysis_rule_policy = {
    v1 = {
      list = {
        join_columns        = ["email"]
        list_columns        = ["segment"]
        additional_analyses = "YES"
      }
    }
  }
}
