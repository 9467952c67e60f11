#: command: plan
#: arguments: ["-refresh=false"]

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  description              = "Of the present version"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
      payment_configuration = {
        query_compute = { is_responsible = true }
      }
    }
    "777788889999" = {
      display_name     = "Third"
      member_abilities = ["CAN_RECEIVE_RESULTS"]
    }
  }
  tags = {
    a = "b"
  }
}

resource "cleanrooms_membership" "partner" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
  default_result_configuration = {
    role_arn = "arn:aws:iam::444455556666:role/results"
    output_configuration = {
      s3 = {
        bucket        = "partner-results"
        result_format = "CSV"
      }
    }
  }
  payment_configuration = {
    query_compute = { is_responsible = true }
  }
  tags = {
    a = "b"
  }
}
