#: command: validate
#: expect_error: Invalid value for

resource "cleanrooms_id_namespace_association" "this" {
  membership_id = "mine"
  name          = "Customers"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers"
    manage_resource_policies = true
  }
}
