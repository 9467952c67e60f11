variable "association_id" {
  description = "The audience model of a partner that we are asked to allow."
  type        = string
  default     = null
}

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

data "cleanrooms_collaboration_configured_audience_model_association" "asked" {
  count = var.association_id == null ? 0 : 1

  collaboration_id = cleanrooms_membership.campaign.collaboration_id
  id               = var.association_id
}
