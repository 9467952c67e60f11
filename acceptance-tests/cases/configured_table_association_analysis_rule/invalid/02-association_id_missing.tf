#: command: validate
#: expect_error: Missing required argument

resource "cleanrooms_configured_table_association_analysis_rule" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  analysis_rule_policy = {
    v1 = {
      list = {}
    }
  }
}
