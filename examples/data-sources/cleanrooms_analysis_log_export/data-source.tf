variable "analysis_log_export_id" {
  description = "An export that an action has started."
  type        = string
  default     = null
}

resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_EXPORT_QUERY_ANALYSIS_LOG", "CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "ENABLED"
}

data "cleanrooms_analysis_log_export" "audit" {
  count = var.analysis_log_export_id == null ? 0 : 1

  membership_id = cleanrooms_membership.campaign.id
  id            = var.analysis_log_export_id
}

output "status" {
  value = one(data.cleanrooms_analysis_log_export.audit[*].status)
}
