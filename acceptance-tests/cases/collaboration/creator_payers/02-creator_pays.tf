resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "ENABLED"
  creator_payment_configuration = {
    query_compute = { is_responsible = true }
    job_compute = { is_responsible = true }
    machine_learning = {
      model_training = { is_responsible = true }
      model_inference = { is_responsible = true }
      synthetic_data_generation = { is_responsible = true }
    }
  }
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY", "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS"]
    }
  }
}
