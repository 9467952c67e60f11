variable "job_id" {
  description = "A job that was started elsewhere, such as in the console."
  type        = string
  default     = null
}

resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS", "CAN_RUN_JOB"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "ENABLED"
}

data "cleanrooms_protected_job" "started_elsewhere" {
  count = var.job_id == null ? 0 : 1

  membership_id = cleanrooms_membership.campaign.id
  id            = var.job_id
}

output "results" {
  value = one(data.cleanrooms_protected_job.started_elsewhere[*].result_location)
}
