#: command: validate
#: expect_error: Invalid value for

resource "cleanrooms_id_mapping_table" "this" {
  membership_id = "mine"
  name          = "Customers map"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers"
    manage_resource_policies = true
  }
}
