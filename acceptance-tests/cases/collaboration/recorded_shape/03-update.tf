# Replies as they were recorded of the service, and what is open of them at its least helpful.
resource "cleanrooms_collaboration" "this" {
  name                     = "Renamed"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"

  creator_payment_configuration = {
    query_compute = { is_responsible = true }
  }

  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY"]

      payment_configuration = {
        query_compute = { is_responsible = false }
      }
    }
  }
}

resource "cleanrooms_membership" "creator" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"

  payment_configuration = {
    query_compute = { is_responsible = true }
  }

  default_result_configuration = {
    role_arn = "arn:aws:iam::111122223333:role/results"

    output_configuration = {
      s3 = {
        bucket        = "creator-results"
        result_format = "CSV"
      }
    }
  }
}

resource "cleanrooms_membership" "partner" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}
