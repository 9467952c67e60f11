resource "cleanrooms_configured_table" "purchases" {
  name            = "Purchases"
  description     = "One row for each purchase"
  analysis_method = "DIRECT_QUERY"

  # In lower case, as AWS Glue has them. Partition keys count as columns.
  allowed_columns = ["amount", "country", "email", "purchased_on"]

  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "purchases"
    }
  }

  tags = {
    Team = "measurement"
  }
}

# A table outside of AWS: its columns are told with their types.
resource "cleanrooms_configured_table" "subscribers" {
  name            = "Subscribers"
  analysis_method = "DIRECT_QUERY"
  allowed_columns = ["email", "plan"]

  table_reference = {
    snowflake = {
      secret_arn         = "arn:aws:secretsmanager:us-east-1:111122223333:secret:snowflake"
      account_identifier = "example-retail"
      database_name      = "CRM"
      schema_name        = "PUBLIC"
      table_name         = "SUBSCRIBERS"

      table_schema = {
        v1 = {
          email = { column_type = "VARCHAR" }
          plan  = { column_type = "VARCHAR" }
        }
      }
    }
  }
}
