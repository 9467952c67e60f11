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

resource "cleanrooms_protected_job" "lookalikes" {
  membership_id         = cleanrooms_membership.campaign.id
  analysis_template_arn = "arn:aws:cleanrooms:us-east-1:111122223333:membership/7c9e6679-7425-40de-944b-e07fc1f90ae7/analysistemplate/3f2504e0-4f89-41d3-9a0c-0305e82c3301"

  parameters = {
    since = "2026-01-01"
  }

  compute_configuration = {
    worker = {
      type   = "CR.1X"
      number = 4
    }
  }

  # Another value starts another job, which is paid for.
  triggers = {
    month = "2026-01"
  }
}
