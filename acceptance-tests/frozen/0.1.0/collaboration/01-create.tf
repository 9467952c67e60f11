resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY"]
    }
    "777788889999" = {
      display_name     = "Third"
      member_abilities = []
    }
  }
  description      = "Every argument of the main job"
  analytics_engine = "SPARK"

  data_encryption_metadata = {
    allow_cleartext                             = true
    allow_duplicates                            = false
    allow_joins_on_columns_with_different_names = true
    preserve_nulls                              = false
  }

  tags = {
    Team  = "measurement"
    Empty = ""
  }
}
