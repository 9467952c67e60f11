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

moved {
  from = awscc_cleanrooms_analysis_template.reach
  to   = cleanrooms_analysis_template.reach
}

resource "cleanrooms_analysis_template" "reach" {
  membership_id = cleanrooms_membership.retailer.id
  name          = "Reach"
  description   = "How many orders"
  format        = "SQL"
  source = {
    text = "SELECT count(*) FROM orders WHERE day > :since"
  }
  analysis_parameters = {
    since = {
      type          = "DATE"
      default_value = "2026-01-01"
    }
  }
  synthetic_data_parameters = {
    ml_synthetic_data_parameters = {
      epsilon                               = 0.5
      max_membership_inference_attack_score = 0.75
      column_classification = {
        column_mapping = {
          age     = { column_type = "NUMERICAL", is_predictive_value = false }
          city    = { column_type = "CATEGORICAL", is_predictive_value = false }
          gender  = { column_type = "CATEGORICAL", is_predictive_value = false }
          segment = { column_type = "CATEGORICAL", is_predictive_value = false }
          spent   = { column_type = "NUMERICAL", is_predictive_value = true }
        }
      }
    }
  }
  tags = {
    team = "media"
  }
}

moved {
  from = awscc_cleanrooms_analysis_template.model
  to   = cleanrooms_analysis_template.model
}

resource "cleanrooms_analysis_template" "model" {
  membership_id = cleanrooms_membership.retailer.id
  name          = "Model"
  format        = "PYSPARK_1_0"
  source = {
    artifacts = {
      entry_point          = { location = { bucket = "programs", key = "main.py" } }
      additional_artifacts = [{ location = { bucket = "programs", key = "venv.tar.gz" } }]
      role_arn             = "arn:aws:iam::111122223333:role/programs"
    }
  }
  schema = {
    referenced_tables = ["orders"]
  }
  error_message_configuration = {
    type = "DETAILED"
  }
}

moved {
  from = awscc_cleanrooms_privacy_budget_template.queries
  to   = cleanrooms_privacy_budget_template.queries
}

resource "cleanrooms_privacy_budget_template" "queries" {
  membership_id       = cleanrooms_membership.retailer.id
  privacy_budget_type = "DIFFERENTIAL_PRIVACY"
  auto_refresh        = "CALENDAR_MONTH"
  parameters = {
    differential_privacy = {
      epsilon               = 3
      users_noise_per_query = 20
    }
  }
  tags = {
    team = "media"
  }
}

moved {
  from = awscc_cleanrooms_privacy_budget_template.orders
  to   = cleanrooms_privacy_budget_template.orders
}

resource "cleanrooms_privacy_budget_template" "orders" {
  membership_id       = cleanrooms_membership.retailer.id
  privacy_budget_type = "ACCESS_BUDGET"
  auto_refresh        = "NONE"
  parameters = {
    access_budget = {
      resource_arn = cleanrooms_configured_table_association.orders.arn
      budget_parameters = {
        CALENDAR_MONTH = { budget = 100, auto_refresh = "ENABLED" }
        LIFETIME       = { budget = 1000 }
      }
    }
  }
}

moved {
  from = awscc_cleanrooms_id_mapping_table.customers
  to   = cleanrooms_id_mapping_table.customers
}

resource "cleanrooms_id_mapping_table" "customers" {
  membership_id = cleanrooms_membership.retailer.id
  name          = "customers_to_subscribers"
  description   = "Who is who"
  kms_key_arn   = "arn:aws:kms:us-east-1:111122223333:key/1234"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers"
    manage_resource_policies = true
  }
  tags = {
    team = "media"
  }
}

moved {
  from = awscc_cleanrooms_intermediate_table.buyers
  to   = cleanrooms_intermediate_table.buyers
}

resource "cleanrooms_intermediate_table" "buyers" {
  membership_id = cleanrooms_membership.retailer.id
  name          = "buyers"
  description   = "Who bought"
  kms_key_arn   = "arn:aws:kms:us-east-1:111122223333:key/1234"
  population_analysis_configuration = {
    sql_parameters = {
      query_string = "SELECT email, SUM(amount) AS amount FROM orders GROUP BY email"
    }
  }
  tags = {
    team = "media"
  }
  depends_on = [cleanrooms_configured_table_association.orders]
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

# What the other provider has no resources for.
import {
  to = cleanrooms_id_namespace_association.customers
  id = "3e3be200-0000-4000-8000-000000000002/1d0a5e00-0000-4000-8000-00000000000e"
}

resource "cleanrooms_id_namespace_association" "customers" {
  membership_id = cleanrooms_membership.retailer.id
  name          = "customers"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers"
    manage_resource_policies = true
  }
}

import {
  to = cleanrooms_id_namespace_association.subscribers
  id = "3e3be200-0000-4000-8000-000000000002/1d0a5e00-0000-4000-8000-00000000000f"
}

resource "cleanrooms_id_namespace_association" "subscribers" {
  membership_id = cleanrooms_membership.retailer.id
  name          = "subscribers"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/subscribers-target"
    manage_resource_policies = true
  }
}

import {
  to = cleanrooms_intermediate_table_analysis_rule.buyers
  id = "3e3be200-0000-4000-8000-000000000002/1a7e6a00-0000-4000-8000-000000000011"
}

resource "cleanrooms_intermediate_table_analysis_rule" "buyers" {
  membership_id         = cleanrooms_membership.retailer.id
  intermediate_table_id = cleanrooms_intermediate_table.buyers.id
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses           = ["ANY_QUERY"]
        allowed_analysis_providers = ["111122223333"]
      }
    }
  }
}
