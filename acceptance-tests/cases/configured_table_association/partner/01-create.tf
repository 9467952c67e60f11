resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "ENABLED"
  members = {
    "444455556666" = {
      display_name     = "Partner"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
    }
  }
}

resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_configured_table" "this" {
  provider        = cleanrooms.partner
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
  provider            = cleanrooms.partner
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.this.id
  name                = "orders"
  role_arn            = "arn:aws:iam::444455556666:role/tables"
  tags = {
    a = "b"
  }
}
