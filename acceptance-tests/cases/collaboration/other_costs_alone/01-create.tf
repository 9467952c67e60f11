resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RUN_JOB"]
  query_log_status         = "ENABLED"
  creator_payment_configuration = { job_compute = { is_responsible = true } }

  members = {
    "444455556666" = { display_name = "Partner", member_abilities = [], payment_configuration = { machine_learning = { model_training = { is_responsible = true } } } }
  }
}
