resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS", "CAN_RUN_JOB"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "DISABLED"
}

# terraform apply -invoke=action.cleanrooms_start_protected_job.nightly
action "cleanrooms_start_protected_job" "nightly" {
  config {
    membership_id         = cleanrooms_membership.campaign.id
    analysis_template_arn = "arn:aws:cleanrooms:us-east-1:111122223333:membership/7c9e6679-7425-40de-944b-e07fc1f90ae7/analysistemplate/3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    compute_configuration = { worker = { type = "CR.1X", number = 4 } }
    timeout               = "2h"
  }
}
