#: command: validate
#: expect_error: Invalid value for creator_ml_member_abilities.custom_ml_member_abilities

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  members                  = {}
  creator_ml_member_abilities = { custom_ml_member_abilities = ["CAN_RECEIVE_MODEL_OUTPUTS"] }
}
