#: command: validate
#: expect_error: Invalid value for status

resource "cleanrooms_membership" "this" {
  collaboration_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  query_log_status = "DISABLED"
  status           = "ACTIVE"
}
