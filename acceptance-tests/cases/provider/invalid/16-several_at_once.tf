#: command: validate
#: expect_error: Invalid value for retry_mode

provider "cleanrooms" {
  region            = "Frankfurt"
  retry_mode        = "legacy"
  s3_use_path_style = true
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}
