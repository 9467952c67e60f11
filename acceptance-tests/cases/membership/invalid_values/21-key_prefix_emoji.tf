#: command: validate
#: expect_error: key_prefix

resource "cleanrooms_membership" "this" {
  collaboration_id = "00000000-0000-4000-8000-000000000001"
  query_log_status = "DISABLED"
  default_result_configuration = {
    output_configuration = {
      s3 = {
        bucket        = "partner-results"
        key_prefix    = "results/🛒"
        result_format = "CSV"
      }
    }
  }
}
