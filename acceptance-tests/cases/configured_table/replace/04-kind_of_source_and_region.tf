resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    snowflake = {
      secret_arn         = "arn:aws:secretsmanager:us-east-1:111122223333:secret:snowflake"
      account_identifier = "example-account"
      database_name      = "SALES"
      schema_name        = "PUBLIC"
      table_name         = "ORDERS"
      table_schema = {
        v1 = {
          email = {
            column_type = "VARCHAR"
          }
          amount = {
            column_type = "NUMBER(10,2)"
          }
          segment = {
            column_type = "VARCHAR"
          }
        }
      }
    }
  }
  region = "eu-west-1"
}
