#: command: validate
#: expect_error: Invalid value for

resource "cleanrooms_id_mapping_table" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Customers map"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers"
    manage_resource_policies = true
  }
  last_id_mapping_job_id = "x"
}
