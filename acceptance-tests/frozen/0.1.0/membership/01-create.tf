resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "ENABLED"
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  }
}

resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
  default_result_configuration = {
    role_arn = "arn:aws:iam::444455556666:role/results"

    output_configuration = {
      s3 = {
        bucket             = "partner-results"
        key_prefix         = "first"
        result_format      = "CSV"
        single_file_output = true
      }
    }
  }

  tags = {
    Team = "measurement"
  }
}
