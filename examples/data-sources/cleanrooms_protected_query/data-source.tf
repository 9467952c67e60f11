variable "query_id" {
  description = "A query that was started elsewhere, such as in the console."
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
  query_log_status = "ENABLED"
}

data "cleanrooms_protected_query" "started_elsewhere" {
  count = var.query_id == null ? 0 : 1

  membership_id = cleanrooms_membership.campaign.id
  id            = var.query_id
}

output "results" {
  value = one(data.cleanrooms_protected_query.started_elsewhere[*].result_location)
}
