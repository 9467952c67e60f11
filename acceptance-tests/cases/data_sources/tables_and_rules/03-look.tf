resource "cleanrooms_collaboration" "this" {
  name                     = "Campaign reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"

  members = {
    "444455556666" = {
      display_name     = "Advertiser"
      member_abilities = []
    }
  }
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
}

resource "cleanrooms_membership" "partner" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_configured_table" "orders" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = { glue = { database_name = "sales", table_name = "orders" } }
}

resource "cleanrooms_configured_table_analysis_rule" "orders" {
  configured_table_id = cleanrooms_configured_table.orders.id
  analysis_rule_policy = {
    v1 = {
      aggregation = {
        aggregate_columns  = { SUM = { column_names = ["amount"] } }
        join_columns       = ["email"]
        dimension_columns  = ["segment"]
        scalar_functions   = ["UPPER"]
        output_constraints = { email = { minimum = 10 } }
      }
    }
  }
}

resource "cleanrooms_configured_table_association" "orders" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.orders.id
  name                = "Orders"
  description         = "What was bought"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}

resource "cleanrooms_configured_table" "visits" {
  name            = "Visits"
  allowed_columns = ["email", "page"]
  analysis_method = "DIRECT_QUERY"
  table_reference = { glue = { database_name = "sales", table_name = "visits" } }
}

resource "cleanrooms_configured_table_analysis_rule" "visits" {
  configured_table_id = cleanrooms_configured_table.visits.id
  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses           = ["ANY_QUERY"]
        allowed_analysis_providers = ["111122223333"]
        differential_privacy       = { columns = [{ name = "email" }] }
      }
    }
  }
}

resource "cleanrooms_configured_table_association" "visits" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.visits.id
  name                = "visits"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}

variable "COLLABORATION" {}
variable "MEMBERSHIP" {}
variable "SQL" {}
variable "PROGRAM" {}
variable "PRIVATE" {}
variable "ACCESS" {}

data "cleanrooms_schemas" "all" {
  collaboration_id = var.COLLABORATION
}

data "cleanrooms_schemas" "of_the_partner" {
  provider           = cleanrooms.partner
  collaboration_id   = var.COLLABORATION
  schema_type        = "TABLE"
  creator_account_id = "444455556666"
}

# As it is written at its association.
data "cleanrooms_schema" "orders" {
  provider         = cleanrooms.partner
  collaboration_id = var.COLLABORATION
  name             = "Orders"
}

data "cleanrooms_schema" "visits" {
  collaboration_id = var.COLLABORATION
  name             = "visits"
}

data "cleanrooms_schema_analysis_rule" "orders" {
  provider         = cleanrooms.partner
  collaboration_id = var.COLLABORATION
  name             = "orders"
  type             = "AGGREGATION"
}

data "cleanrooms_schema_analysis_rule" "visits" {
  collaboration_id = var.COLLABORATION
  name             = "Visits"
  type             = "CUSTOM"
}

data "cleanrooms_collaboration_analysis_templates" "all" {
  provider         = cleanrooms.partner
  collaboration_id = var.COLLABORATION
}

data "cleanrooms_collaboration_analysis_templates" "reach" {
  collaboration_id   = var.COLLABORATION
  name               = "reach"
  creator_account_id = "111122223333"
}

data "cleanrooms_collaboration_analysis_template" "sql" {
  provider         = cleanrooms.partner
  collaboration_id = var.COLLABORATION
  arn              = var.SQL
}

data "cleanrooms_collaboration_analysis_template" "own_program" {
  collaboration_id = var.COLLABORATION
  arn              = var.PROGRAM
}

# The source is its owner's alone.
data "cleanrooms_collaboration_analysis_template" "program" {
  provider         = cleanrooms.partner
  collaboration_id = var.COLLABORATION
  arn              = var.PROGRAM
}

data "cleanrooms_collaboration_privacy_budget_templates" "all" {
  provider         = cleanrooms.partner
  collaboration_id = var.COLLABORATION
}

data "cleanrooms_collaboration_privacy_budget_templates" "private" {
  collaboration_id    = var.COLLABORATION
  privacy_budget_type = "DIFFERENTIAL_PRIVACY"
}

data "cleanrooms_collaboration_privacy_budget_template" "private" {
  provider         = cleanrooms.partner
  collaboration_id = var.COLLABORATION
  id               = var.PRIVATE
}

data "cleanrooms_collaboration_privacy_budget_template" "access" {
  collaboration_id = var.COLLABORATION
  id               = var.ACCESS
}

data "cleanrooms_privacy_budgets" "private" {
  membership_id       = var.MEMBERSHIP
  privacy_budget_type = "DIFFERENTIAL_PRIVACY"
}

data "cleanrooms_privacy_budgets" "of_another_table" {
  membership_id              = var.MEMBERSHIP
  privacy_budget_type        = "ACCESS_BUDGET"
  access_budget_resource_arn = cleanrooms_configured_table_association.visits.arn
}

data "cleanrooms_collaboration_privacy_budgets" "access" {
  provider                   = cleanrooms.partner
  collaboration_id           = var.COLLABORATION
  privacy_budget_type        = "ACCESS_BUDGET"
  access_budget_resource_arn = cleanrooms_configured_table_association.orders.arn
}

data "cleanrooms_privacy_impact" "this" {
  membership_id         = var.MEMBERSHIP
  epsilon               = 5
  users_noise_per_query = 30
}
