#: expect_error: Cannot update membership
#: leaves_changes: true

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = {
        query_compute    = { is_responsible = true }
        machine_learning = { model_training = { is_responsible = true } }
      }
    }
  }
}

resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
  payment_configuration = {
    query_compute = { is_responsible = false }
  }
}
