#: command: validate
#: expect_error: Invalid value for configured_table_id

resource "cleanrooms_configured_table_analysis_rule" "this" {
  configured_table_id = "orders"
  analysis_rule_policy = {
    v1 = {
      list = {
        join_columns = ["email"]
        list_columns = ["segment"]
      }
    }
  }
}
