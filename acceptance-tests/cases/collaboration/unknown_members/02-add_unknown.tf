resource "terraform_data" "partner" {
  input = "444455556666"
}

resource "terraform_data" "third" {
  input = ["777788889999"]
}

resource "terraform_data" "abilities" {
  input = ["CAN_RECEIVE_RESULTS"]
}

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"

  members = merge(
    { (terraform_data.partner.output) = { display_name = "Partner", member_abilities = terraform_data.abilities.output } },
    { for account in terraform_data.third.output : account => { display_name = "Third", member_abilities = [] } },
  )
}
