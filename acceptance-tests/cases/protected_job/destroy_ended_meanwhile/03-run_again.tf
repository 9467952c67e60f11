resource "cleanrooms_collaboration" "this" {
  name                     = "Reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS", "CAN_RUN_JOB"]
  query_log_status         = "DISABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_protected_job" "this" {
  membership_id         = cleanrooms_membership.this.id
  analysis_template_arn = "arn:aws:cleanrooms:us-east-1:111122223333:membership/0f8fad5b-d9cb-469f-a165-70867728950e/analysistemplate/7c9e6679-7425-40de-944b-e07fc1f90ae7"
  compute_configuration = { worker = { type = "CR.1X", number = 4 } }
}
