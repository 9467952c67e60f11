#: command: validate
#: expect_error: Invalid value for table_reference.snowflake.secret_arn

resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    snowflake = {
      secret_arn         = "snowflake"
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
}
