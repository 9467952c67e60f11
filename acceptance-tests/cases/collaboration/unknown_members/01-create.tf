resource "terraform_data" "partner" {
  input = "444455556666"
}

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"

  members = {
    (terraform_data.partner.output) = { display_name = "Partner", member_abilities = [] }
  }
}
