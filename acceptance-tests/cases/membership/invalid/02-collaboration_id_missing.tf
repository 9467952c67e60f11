#: command: validate
#: expect_error: Missing required argument

resource "cleanrooms_membership" "this" {
  query_log_status = "DISABLED"
}
