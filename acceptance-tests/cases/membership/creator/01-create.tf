resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
  default_result_configuration = {
    role_arn = "arn:aws:iam::111122223333:role/results"

    output_configuration = {
      s3 = {
        bucket             = "partner-results"
        key_prefix         = "first"
        result_format      = "CSV"
        single_file_output = true
      }
    }
  }
}
