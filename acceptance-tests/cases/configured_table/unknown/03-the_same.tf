resource "terraform_data" "name" {
  input            = "Purchases"
  triggers_replace = 1
}

resource "cleanrooms_configured_table" "this" {
  name            = terraform_data.name.output
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = terraform_data.name.output
    }
  }
}
