#: command: validate
#: expect_error: Invalid value for privacy_budget_type

resource "cleanrooms_privacy_budget_template" "this" {
  membership_id       = "0f8fad5b-d9cb-469f-a165-70867728950e"
  privacy_budget_type = "DIFFERENTIAL_PRIVACI"
  parameters = {
    differential_privacy = {
      epsilon               = 3
      users_noise_per_query = 20
    }
  }
}
