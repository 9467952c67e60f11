#: command: validate
#: expect_error: Invalid value for membership_id

resource "cleanrooms_privacy_budget_template" "this" {
  membership_id       = "first"
  privacy_budget_type = "DIFFERENTIAL_PRIVACY"
  parameters = {
    differential_privacy = {
      epsilon               = 3
      users_noise_per_query = 20
    }
  }
}
