#: command: validate
#: expect_error: Missing required argument

resource "cleanrooms_configured_table_analysis_rule" "this" {
  configured_table_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
}
