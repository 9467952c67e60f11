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

resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table_analysis_rule" "this" {
  configured_table_id = cleanrooms_configured_table.this.id
  analysis_rule_policy = {
    v1 = {
      list = {
        join_columns        = ["email"]
        list_columns        = ["segment"]
        additional_analyses = "ALLOWED"
      }
    }
  }
}

resource "cleanrooms_configured_table_association" "this" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.this.id
  name                = "orders"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}

resource "cleanrooms_configured_table_association_analysis_rule" "this" {
  membership_id                   = cleanrooms_membership.this.id
  configured_table_association_id = cleanrooms_configured_table_association.this.id
  analysis_rule_type              = cleanrooms_configured_table_analysis_rule.this.analysis_rule_type
  analysis_rule_policy = {
    v1 = {
      list = {
        allowed_result_receivers    = ["111122223333"]
        allowed_additional_analyses = ["arn:aws:cleanrooms:us-east-1:*:membership/*/configuredaudiencemodelassociation/*"]
      }
    }
  }
  region = "us-east-1"
  timeouts = {
    create = "1m"
    update = "1m"
  }
}
