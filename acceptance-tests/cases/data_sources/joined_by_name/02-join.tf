resource "cleanrooms_collaboration" "this" {
  name                     = "Campaign reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"

  members = {
    "444455556666" = {
      display_name          = "Advertiser"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { query_compute = { is_responsible = true } }
    }
  }
}

# What follows is all that a partner needs: the name, and who it is itself.
data "cleanrooms_collaboration" "invited_to" {
  provider = cleanrooms.partner
  name     = "Campaign reach"
}

resource "cleanrooms_membership" "partner" {
  provider              = cleanrooms.partner
  collaboration_id      = data.cleanrooms_collaboration.invited_to.id
  query_log_status      = data.cleanrooms_collaboration.invited_to.query_log_status
  payment_configuration = data.cleanrooms_collaboration.invited_to.members["444455556666"].payment_configuration
}
