#: command: validate
#: expect_error: Missing required argument

resource "cleanrooms_configured_table_association" "this" {
  configured_table_id = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
  name                = "orders"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}
