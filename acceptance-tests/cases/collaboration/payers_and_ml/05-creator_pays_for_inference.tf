resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  creator_payment_configuration = { machine_learning = { model_inference = { is_responsible = true } } }

  members = {
    "444455556666" = { display_name = "Partner", member_abilities = ["CAN_RECEIVE_RESULTS"] }
  }
}
