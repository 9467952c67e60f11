#: command: validate
#: expect_error: Invalid value for default_result_configuration.output_configuration.s3.bucket

resource "cleanrooms_membership" "this" {
  collaboration_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  query_log_status = "DISABLED"
  default_result_configuration = {
    output_configuration = {
      s3 = {
        bucket        = "Partner_Results!"
        result_format = "PARQUET"
      }
    }
  }
}
