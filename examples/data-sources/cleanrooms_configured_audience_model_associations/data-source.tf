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

data "cleanrooms_configured_audience_model_associations" "campaign" {
  membership_id = cleanrooms_membership.campaign.id
}

output "models" {
  value = { for id, it in data.cleanrooms_configured_audience_model_associations.campaign.configured_audience_model_associations : it.name => it.arn }
}
