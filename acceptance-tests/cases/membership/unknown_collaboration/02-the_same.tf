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

resource "terraform_data" "collaboration" {
  input           = cleanrooms_collaboration.this.id
  triggers_replace = 1
}

resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.partner
  collaboration_id = terraform_data.collaboration.output
  query_log_status = "DISABLED"
}

resource "cleanrooms_membership" "creator" {
  collaboration_id = terraform_data.collaboration.output
  query_log_status = "DISABLED"
}
