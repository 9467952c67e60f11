variable "protected_query_id" {
  description = "A query that has ended, whose log is wanted."
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

# terraform apply -invoke='action.cleanrooms_start_analysis_log_export.audit[0]' -var=protected_query_id=…
action "cleanrooms_start_analysis_log_export" "audit" {
  count = var.protected_query_id == null ? 0 : 1

  config {
    membership_id = cleanrooms_membership.campaign.id
    analysis_id   = var.protected_query_id

    result_configuration = {
      output_configuration = {
        s3 = {
          bucket     = "example-query-logs"
          key_prefix = "campaign"
        }
      }
    }
  }
}
