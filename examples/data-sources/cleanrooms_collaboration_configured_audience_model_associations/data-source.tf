resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "DISABLED"
}

# What partners let us generate lookalike segments with.
data "cleanrooms_collaboration_configured_audience_model_associations" "of_the_partner" {
  collaboration_id   = cleanrooms_membership.campaign.collaboration_id
  creator_account_id = "444455556666"
}
