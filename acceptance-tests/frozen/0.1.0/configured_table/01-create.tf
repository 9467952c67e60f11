resource "cleanrooms_configured_table" "glue" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "MULTIPLE"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
      region        = "eu-west-1"
    }
  }
  description               = "All orders, one row each"
  selected_analysis_methods = ["DIRECT_JOB", "DIRECT_QUERY"]
  tags = {
    Team = "measurement"
  }
  region = "us-east-1"
  timeouts = {
    create = "1m"
    update = "1m"
  }
}

resource "cleanrooms_configured_table" "athena" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_JOB"
  table_reference = {
    athena = {
      work_group      = "analysts"
      database_name   = "sales"
      table_name      = "orders"
      output_location = "s3://athena-results/clean-rooms"
      region          = "eu-west-1"
      catalog_name    = "federated"
    }
  }
  description = "By Athena"
}

resource "cleanrooms_configured_table" "snowflake" {
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
}

resource "cleanrooms_configured_table" "databricks" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    databricks = {
      schema_name   = "sales"
      table_name    = "orders"
      workspace_url = "https://example.cloud.databricks.com"
      connection_type = {
        delta_sharing = {
          delta_share_endpoint = "https://example.cloud.databricks.com/api/2.0/delta-sharing/metastores/0f8fad5b-d9cb-469f-a165-70867728950e/recipients/7c9e6679-7425-40de-944b-e07fc1f90ae7"
          share_name           = "orders"
        }
      }
    }
  }
}
