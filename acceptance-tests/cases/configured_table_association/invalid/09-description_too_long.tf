#: command: validate
#: expect_error: Invalid value for description

resource "cleanrooms_configured_table_association" "this" {
  membership_id       = "0f8fad5b-d9cb-469f-a165-70867728950e"
  configured_table_id = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
  name                = "orders"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
  description         = join("", [for i in range(256) : "x"])
}
