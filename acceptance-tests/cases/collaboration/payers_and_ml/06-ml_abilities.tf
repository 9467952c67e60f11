resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  creator_ml_member_abilities = { custom_ml_member_abilities = ["CAN_RECEIVE_INFERENCE_OUTPUT"] }

  members = {
    "444455556666" = { display_name = "Partner", member_abilities = ["CAN_RECEIVE_RESULTS"], ml_member_abilities = { custom_ml_member_abilities = ["CAN_RECEIVE_MODEL_OUTPUT"] } }
  }
}
