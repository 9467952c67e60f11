#: command: validate
#: expect_error: Invalid value for job_log_status

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  members                  = {}
  job_log_status = "ON"
}
