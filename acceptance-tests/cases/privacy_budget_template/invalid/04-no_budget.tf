#: command: validate
#: expect_error: Invalid value for parameters

resource "cleanrooms_privacy_budget_template" "this" {
  membership_id       = "0f8fad5b-d9cb-469f-a165-70867728950e"
  privacy_budget_type = "DIFFERENTIAL_PRIVACY"
  parameters          = {}
}
