resource "cleanrooms_collaboration" "this" {
  name                     = "Every member"
  description              = "Members of every state, payers, models and a request that is open"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  job_log_status           = "ENABLED"

  creator_ml_member_abilities = {
    custom_ml_member_abilities = ["CAN_RECEIVE_MODEL_OUTPUT"]
  }

  creator_payment_configuration = {
    query_compute = { is_responsible = true }
    machine_learning = {
      model_training  = { is_responsible = true }
      model_inference = { is_responsible = false }
    }
  }

  auto_approved_change_request_types = ["GRANT_RECEIVE_RESULTS_ABILITY"]

  data_encryption_metadata = {
    allow_cleartext                             = true
    allow_duplicates                            = false
    allow_joins_on_columns_with_different_names = true
    preserve_nulls                              = false
  }

  members = {
    "222233334444" = {
      display_name     = "Invited"
      member_abilities = []
    }
    "333344445555" = {
      display_name     = "Removed"
      member_abilities = []
    }
    "444455556666" = {
      display_name     = "Active"
      member_abilities = ["CAN_RECEIVE_RESULTS"]
      ml_member_abilities = {
        custom_ml_member_abilities = ["CAN_RECEIVE_INFERENCE_OUTPUT"]
      }
      payment_configuration = {
        query_compute = { is_responsible = false }
        machine_learning = {
          model_training  = { is_responsible = false }
          model_inference = { is_responsible = true }
        }
      }
    }
    "777788889999" = {
      display_name     = "Left"
      member_abilities = []
    }
  }

  tags = {
    Team  = "measurement"
    Empty = ""
  }
}

resource "cleanrooms_membership" "active" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"

  payment_configuration = {
    machine_learning = {
      model_inference = { is_responsible = true }
    }
  }
}

resource "cleanrooms_membership" "left" {
  provider         = cleanrooms.third
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
}
