resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    athena = {
      work_group    = "others"
      database_name = "archive"
      table_name    = "purchases"
      region        = "eu-west-1"
    }
  }
}
