resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "DISABLED"
  job_log_status           = "ENABLED"
  allowed_result_regions   = ["us-east-1", "eu-west-1"]
  is_metrics_enabled       = true
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  }
}
