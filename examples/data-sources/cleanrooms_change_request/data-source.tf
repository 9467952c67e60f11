variable "change_request_id" {
  description = "The change request on which we are asked to vote."
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

# What would change, and who has voted what.
data "cleanrooms_change_request" "asked" {
  count = var.change_request_id == null ? 0 : 1

  collaboration_id = cleanrooms_collaboration.campaign.id
  id               = var.change_request_id
}
