resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

# The creator joins as every member does.
resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "ENABLED"

  default_result_configuration = {
    output_configuration = {
      s3 = {
        bucket        = "example-retail-results"
        key_prefix    = "campaign"
        result_format = "PARQUET"
      }
    }
  }

  tags = {
    Team = "measurement"
  }
}
