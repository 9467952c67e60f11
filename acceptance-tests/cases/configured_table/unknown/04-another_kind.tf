#: expect_error: table_reference has turned out to need a replacement
#: leaves_changes: true

resource "terraform_data" "name" {
  input = {
    athena = {
      work_group    = "analysts"
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table" "this" {
  name            = "Purchases"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    athena = terraform_data.name.output.athena
  }
}
