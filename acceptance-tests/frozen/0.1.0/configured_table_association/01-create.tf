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

resource "cleanrooms_configured_table_association" "this" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.this.id
  name                = "Orders 2026"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
  description         = "All orders"
  tags = {
    Team = "measurement"
  }
  region = "us-east-1"
  timeouts = {
    create = "1m"
    update = "1m"
  }
}
