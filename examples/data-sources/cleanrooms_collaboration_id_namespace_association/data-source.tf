variable "id_namespace_association_id" {
  description = "The id namespace association of a partner."
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

data "cleanrooms_collaboration_id_namespace_association" "of_the_partner" {
  count = var.id_namespace_association_id == null ? 0 : 1

  collaboration_id = cleanrooms_membership.campaign.collaboration_id
  id               = var.id_namespace_association_id
}
