#: command: validate
#: expect_error: 

resource "cleanrooms_membership" "this" {
  collaboration_id = "first"
  query_log_status = "ON"
  job_log_status   = "OFF"
  region           = "Frankfurt"
}
