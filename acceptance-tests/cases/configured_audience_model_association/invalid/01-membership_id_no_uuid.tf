#: command: validate
#: expect_error: Invalid value for membership_id

resource "cleanrooms_configured_audience_model_association" "this" {
  membership_id                 = "first"
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "Lookalike"
  manage_resource_policies      = false
}
