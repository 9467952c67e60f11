resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  description                        = "All of it"
  analytics_engine                   = "SPARK"
  job_log_status                     = "ENABLED"
  allowed_result_regions             = ["us-east-1", "eu-west-1"]
  is_metrics_enabled                 = true
  auto_approved_change_request_types = ["ADD_MEMBER"]
  creator_ml_member_abilities        = { custom_ml_member_abilities = ["CAN_RECEIVE_MODEL_OUTPUT"] }
  creator_payment_configuration      = { query_compute = { is_responsible = true } }
  data_encryption_metadata = {
    allow_cleartext                             = true
    allow_duplicates                            = false
    allow_joins_on_columns_with_different_names = true
    preserve_nulls                              = false
  }

  members = {
    "444455556666" = { display_name = "Partner", member_abilities = ["CAN_RECEIVE_RESULTS"] }
  }
}
