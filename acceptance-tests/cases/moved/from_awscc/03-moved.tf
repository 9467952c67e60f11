moved {
  from = awscc_cleanrooms_collaboration.main
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
      member_abilities = []
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
}

moved {
  from = awscc_cleanrooms_membership.retailer
  to   = cleanrooms_membership.retailer
}

resource "cleanrooms_membership" "retailer" {
  collaboration_id   = cleanrooms_collaboration.main.id
  query_log_status   = "ENABLED"
  job_log_status     = "DISABLED"
  is_metrics_enabled = true
  default_result_configuration = {
    role_arn = "arn:aws:iam::111122223333:role/results"
    output_configuration = {
      s3 = {
        bucket             = "results-of-retailer"
        key_prefix         = "out/"
        result_format      = "CSV"
        single_file_output = true
      }
    }
  }
  default_job_result_configuration = {
    role_arn = "arn:aws:iam::111122223333:role/jobs"
    output_configuration = {
      s3 = {
        bucket     = "jobs-of-retailer"
        key_prefix = "jobs/"
      }
    }
  }
  payment_configuration = {
    query_compute = { is_responsible = true }
  }
  tags = {
    team = "media"
  }
}

moved {
  from = awscc_cleanrooms_configured_table.orders
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
      region        = "us-east-1"
    }
  }
  tags = {
    team = "media"
  }
}

moved {
  from = awscc_cleanrooms_configured_table_association.orders
  to   = cleanrooms_configured_table_association.orders
}

resource "cleanrooms_configured_table_association" "orders" {
  membership_id       = cleanrooms_membership.retailer.id
  configured_table_id = cleanrooms_configured_table.orders.id
  name                = "orders"
  description         = "All orders"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
  tags = {
    team = "media"
  }
}

import {
  to = cleanrooms_configured_table_analysis_rule.orders
  id = "c0f16a00-0000-4000-8000-000000000006"
}

resource "cleanrooms_configured_table_analysis_rule" "orders" {
  configured_table_id = cleanrooms_configured_table.orders.id
  analysis_rule_policy = {
    v1 = {
      list = {
        join_columns           = ["email"]
        list_columns           = ["amount"]
        allowed_join_operators = ["OR"]
        additional_analyses    = "NOT_ALLOWED"
      }
    }
  }
}
