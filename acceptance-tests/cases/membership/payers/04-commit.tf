resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RUN_JOB"]
  query_log_status         = "ENABLED"
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = {
        job_compute = { is_responsible = true }
        machine_learning = {
          model_training = { is_responsible = true }
          model_inference = { is_responsible = true }
          synthetic_data_generation = { is_responsible = true }
        }
      }
    }
  }
}

resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}
