#: command: validate
#: expect_error: Invalid value for default_result_configuration.output_configuration.s3.key_prefix

resource "cleanrooms_membership" "this" {
  collaboration_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  query_log_status = "DISABLED"
  default_result_configuration = {
    role_arn = "arn:aws:iam::444455556666:role/results"

    output_configuration = {
      s3 = {
        bucket             = "partner-results"
        key_prefix         = join("", [for i in range(513) : "x"])
        result_format      = "CSV"
        single_file_output = true
      }
    }
  }
}
