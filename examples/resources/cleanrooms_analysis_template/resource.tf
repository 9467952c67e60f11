resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "DISABLED"
}

# A query that others read, and allow by its ARN.
resource "cleanrooms_analysis_template" "reach" {
  membership_id = cleanrooms_membership.campaign.id
  name          = "Reach"
  description   = "How many customers have seen the campaign and bought since a day"
  format        = "SQL"

  source = {
    text = <<-EOT
      SELECT count(DISTINCT purchases.email)
      FROM purchases
      JOIN impressions ON purchases.email = impressions.email
      WHERE purchases.day >= :since
    EOT
  }

  analysis_parameters = {
    since = {
      type          = "DATE"
      default_value = "2026-01-01"
    }
  }
}

# A program, whose artifacts are in Amazon S3.
resource "cleanrooms_analysis_template" "model" {
  membership_id = cleanrooms_membership.campaign.id
  name          = "Model"
  format        = "PYSPARK_1_0"

  source = {
    artifacts = {
      entry_point = {
        location = {
          bucket = "example-programs"
          key    = "model/main.py"
        }
      }

      # It reads the artifacts, and trusts cleanrooms.amazonaws.com.
      role_arn = "arn:aws:iam::111122223333:role/clean-rooms-programs"
    }
  }

  schema = {
    referenced_tables = ["purchases", "impressions"]
  }
}
