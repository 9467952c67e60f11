resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_configured_table" "list" {
  name            = "List"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table_analysis_rule" "list" {
  configured_table_id = cleanrooms_configured_table.list.id
  analysis_rule_policy = {
    v1 = {
      list = {
        join_columns = ["email"]
        list_columns = ["segment"]
      }
    }
  }
}

resource "cleanrooms_configured_table_association" "list" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.list.id
  name                = "list"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}

resource "cleanrooms_configured_table_association_analysis_rule" "list" {
  membership_id                   = cleanrooms_membership.this.id
  configured_table_association_id = cleanrooms_configured_table_association.list.id
  analysis_rule_type              = cleanrooms_configured_table_analysis_rule.list.analysis_rule_type
  analysis_rule_policy = {
    v1 = {
      list = {
        allowed_result_receivers = ["111122223333"]
      }
    }
  }
}

resource "cleanrooms_configured_table" "aggregation" {
  name            = "Aggregation"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table_analysis_rule" "aggregation" {
  configured_table_id = cleanrooms_configured_table.aggregation.id
  analysis_rule_policy = {
    v1 = {
      aggregation = {
        aggregate_columns = {
          SUM = {
            column_names = ["amount"]
          }
        }
        join_columns      = ["email"]
        dimension_columns = ["segment"]
        scalar_functions  = []
        output_constraints = {
          email = {
            minimum = 10
          }
        }
      }
    }
  }
}

resource "cleanrooms_configured_table_association" "aggregation" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.aggregation.id
  name                = "aggregation"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}

resource "cleanrooms_configured_table_association_analysis_rule" "aggregation" {
  membership_id                   = cleanrooms_membership.this.id
  configured_table_association_id = cleanrooms_configured_table_association.aggregation.id
  analysis_rule_type              = cleanrooms_configured_table_analysis_rule.aggregation.analysis_rule_type
  analysis_rule_policy = {
    v1 = {
      aggregation = {
        allowed_result_receivers = ["111122223333"]
      }
    }
  }
}

resource "cleanrooms_configured_table" "custom" {
  name            = "Custom"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table_analysis_rule" "custom" {
  configured_table_id = cleanrooms_configured_table.custom.id
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses = []
      }
    }
  }
}

resource "cleanrooms_configured_table_association" "custom" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.custom.id
  name                = "custom"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}

resource "cleanrooms_configured_table_association_analysis_rule" "custom" {
  membership_id                   = cleanrooms_membership.this.id
  configured_table_association_id = cleanrooms_configured_table_association.custom.id
  analysis_rule_type              = cleanrooms_configured_table_analysis_rule.custom.analysis_rule_type
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_result_receivers = ["111122223333"]
      }
    }
  }
}
