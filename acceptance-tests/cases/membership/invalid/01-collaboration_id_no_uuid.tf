#: command: validate
#: expect_error: Invalid value for collaboration_id

resource "cleanrooms_membership" "this" {
  collaboration_id = "first"
  query_log_status = "DISABLED"
}
