#: command: plan
#: leaves_changes: true
resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  job_log_status = "DISABLED"
  data_encryption_metadata = {
    allow_cleartext                             = true
    allow_duplicates                            = false
    allow_joins_on_columns_with_different_names = true
    preserve_nulls                              = false
  }

  members = {
    "444455556666" = { display_name = "Partner", member_abilities = ["CAN_RECEIVE_RESULTS"] }
  }
}
