#: command: validate
#: expect_error: Invalid value for parameters.access_budget.resource_arn

resource "cleanrooms_privacy_budget_template" "this" {
  membership_id       = "0f8fad5b-d9cb-469f-a165-70867728950e"
  privacy_budget_type = "ACCESS_BUDGET"
  parameters = {
    access_budget = {
      resource_arn = "arn:aws:cleanrooms:us-east-1:111122223333:configuredtable/7c9e6679-7425-40de-944b-e07fc1f90ae7"
      budget_parameters = {
        CALENDAR_MONTH = {
          budget = 100
        }
      }
    }
  }
}
