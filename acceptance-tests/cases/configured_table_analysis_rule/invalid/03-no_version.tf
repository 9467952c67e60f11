#: command: validate
#: expect_error: Incorrect attribute value type

resource "cleanrooms_configured_table_analysis_rule" "this" {
  configured_table_id  = "0f8fad5b-d9cb-469f-a165-70867728950e"
  analysis_rule_policy = {}
}
