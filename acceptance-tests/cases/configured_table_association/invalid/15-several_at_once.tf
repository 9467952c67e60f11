#: command: validate
#: expect_error: Invalid value for name

resource "cleanrooms_configured_table_association" "this" {
  membership_id       = "first"
  configured_table_id = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
  name                = ""
  role_arn            = "tables"
}
