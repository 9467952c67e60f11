#: command: validate
#: expect_error: Incorrect attribute value type

resource "cleanrooms_configured_audience_model_association" "this" {
  membership_id                 = "0f8fad5b-d9cb-469f-a165-70867728950e"
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "Lookalike"
  manage_resource_policies      = "perhaps"
}
