#: command: validate
#: expect_error: Invalid value for parameters.access_budget.resource_arn

resource "cleanrooms_privacy_budget_template" "this" {
  membership_id       = "0f8fad5b-d9cb-469f-a165-70867728950e"
  privacy_budget_type = "ACCESS_BUDGET"
  parameters = {
    access_budget = {
      resource_arn = "orders"
      budget_parameters = {
        CALENDAR_MONTH = {
          budget = 100
        }
      }
    }
  }
}
