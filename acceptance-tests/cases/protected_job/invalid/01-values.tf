#: command: validate
#: expect_error: Invalid value

resource "cleanrooms_collaboration" "this" {
  name                     = "Reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS", "CAN_RUN_JOB"]
  query_log_status         = "DISABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_protected_job" "this" {
  membership_id                = "membership"
  analysis_template_arn        = "template"
  parameters                   = { "a-b" = "1" }
  job_compute_payer_account_id = "1234"
  result_configuration         = { output_configuration = { member = { account_id = "4444" } } }
  compute_configuration        = { worker = { type = "huge", number = 3 } }
  timeouts                     = { create = "soon" }
}
