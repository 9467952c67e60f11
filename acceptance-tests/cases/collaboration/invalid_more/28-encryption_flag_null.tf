#: command: validate
#: expect_error: 

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  members                  = {}
  data_encryption_metadata = {
    allow_cleartext = true
    allow_duplicates = true
    allow_joins_on_columns_with_different_names = true
    preserve_nulls = null
  }
}
