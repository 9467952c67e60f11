#: command: validate
#: expect_error: ""

resource "cleanrooms_membership" "this" {
  query_log_status = "DISABLED"
}
