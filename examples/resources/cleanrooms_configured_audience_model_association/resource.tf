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

# A model of AWS Clean Rooms ML, for lookalike segments of a partner's customers.
resource "cleanrooms_configured_audience_model_association" "lookalike" {
  membership_id                 = cleanrooms_membership.campaign.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/d4f5a6b7"
  name                          = "Lookalike"
  description                   = "Shoppers who are like the customers of a partner"
  manage_resource_policies      = true
}
