moved {
  from = aws_cleanrooms_collaboration.main
  to   = cleanrooms_collaboration.main
}

resource "cleanrooms_collaboration" "main" {
  name                     = "Campaign"
  description              = "Shared campaign measurement"
  creator_display_name     = "Retailer"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  creator_ml_member_abilities = {
    custom_ml_member_abilities = ["CAN_RECEIVE_MODEL_OUTPUT"]
  }
  creator_payment_configuration = {
    query_compute = { is_responsible = true }
  }
  members = {
    "444455556666" = {
      display_name     = "Publisher"
      member_abilities = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = {
        query_compute = { is_responsible = false }
      }
    }
    "777788889999" = {
      display_name     = "Agency"
      member_abilities = ["CAN_RECEIVE_RESULTS"]
    }
  }
  data_encryption_metadata = {
    allow_cleartext                             = true
    allow_duplicates                            = false
    allow_joins_on_columns_with_different_names = false
    preserve_nulls                              = true
  }
  query_log_status                   = "ENABLED"
  auto_approved_change_request_types = ["ADD_MEMBER"]
  allowed_result_regions             = ["us-east-1"]
  is_metrics_enabled                 = true
  tags = {
    team = "media"
  }
  timeouts = {
    create = "5m"
  }
}

moved {
  from = aws_cleanrooms_membership.publisher
  to   = cleanrooms_membership.publisher
}

resource "cleanrooms_membership" "publisher" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.main.id
  query_log_status = "DISABLED"
  default_result_configuration = {
    role_arn = "arn:aws:iam::444455556666:role/results"
    output_configuration = {
      s3 = {
        bucket        = "results-of-publisher"
        key_prefix    = "out/"
        result_format = "PARQUET"
      }
    }
  }
  tags = {
    team = "ads"
  }
}

moved {
  from = aws_cleanrooms_configured_table.orders[0]
  to   = cleanrooms_configured_table.orders
}

resource "cleanrooms_configured_table" "orders" {
  name            = "Orders"
  description     = "All orders"
  allowed_columns = ["amount", "email"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
  tags = {
    team = "media"
  }
}
