resource "cleanrooms_collaboration" "this" {
  name                     = "Second"
  creator_display_name     = "Other"
  creator_member_abilities = []
  query_log_status         = "ENABLED"
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  }
  data_encryption_metadata = {
    allow_cleartext                             = true
    allow_duplicates                            = true
    allow_joins_on_columns_with_different_names = true
    preserve_nulls                              = true
  }
}
