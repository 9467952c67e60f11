#: command: validate
#: expect_error: Invalid value for creator_payment_configuration.job_compute.is_responsible

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RUN_JOB"]
  query_log_status         = "ENABLED"
  members                  = {}
  creator_payment_configuration = { job_compute = { is_responsible = false } }
}
