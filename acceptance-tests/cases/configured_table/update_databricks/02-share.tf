resource "cleanrooms_configured_table" "this" {
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
          delta_share_endpoint = "https://example.cloud.databricks.com/api/2.0/delta-sharing/metastores/0f8fad5b-d9cb-469f-a165-70867728950e/recipients/0f8fad5b-d9cb-469f-a165-70867728950e"
          share_name           = "purchases"
        }
      }
    }
  }
}
