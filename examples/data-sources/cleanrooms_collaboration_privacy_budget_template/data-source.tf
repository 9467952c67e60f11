variable "privacy_budget_template_id" {
  description = "The privacy budget template of a partner."
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

data "cleanrooms_collaboration_privacy_budget_template" "of_the_partner" {
  count = var.privacy_budget_template_id == null ? 0 : 1

  collaboration_id = cleanrooms_membership.campaign.collaboration_id
  id               = var.privacy_budget_template_id
}
