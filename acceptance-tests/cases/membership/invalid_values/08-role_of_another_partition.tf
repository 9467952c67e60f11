#: command: validate
#: expect_error: 

resource "cleanrooms_membership" "this" {
  collaboration_id = "00000000-0000-4000-8000-000000000001"
  query_log_status = "DISABLED"
  default_result_configuration = {
    role_arn = "arn:aws-cn:iam::444455556666:role/results"

    output_configuration = {
      s3 = {
        bucket        = "partner-results"
        result_format = "CSV"
      }
    }
  }
}
