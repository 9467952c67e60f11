data "cleanrooms_collaborations" "all" {}

data "cleanrooms_memberships" "all" {}

data "cleanrooms_configured_tables" "all" {}

resource "cleanrooms_collaboration" "this" {
  name                     = "Campaign reach"
  description              = "What both of us may learn about our customers"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  tags                     = { team = "media" }

  members = {
    "444455556666" = {
      display_name          = "Advertiser"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { query_compute = { is_responsible = true } }
    }
  }
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
}

resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  allowed_columns = ["amount", "email", "segment"]
  analysis_method = "DIRECT_QUERY"
  tags            = { team = "media" }
  table_reference = { glue = { database_name = "sales", table_name = "orders" } }
}

resource "cleanrooms_configured_table_association" "this" {
  membership_id       = cleanrooms_membership.this.id
  configured_table_id = cleanrooms_configured_table.this.id
  name                = "orders"
  role_arn            = "arn:aws:iam::111122223333:role/tables"
}

resource "cleanrooms_analysis_template" "this" {
  membership_id = cleanrooms_membership.this.id
  name          = "Reach"
  format        = "SQL"
  source        = { text = "SELECT count(*) FROM orders" }
}

resource "cleanrooms_privacy_budget_template" "this" {
  membership_id       = cleanrooms_membership.this.id
  privacy_budget_type = "DIFFERENTIAL_PRIVACY"
  parameters          = { differential_privacy = { epsilon = 3, users_noise_per_query = 20 } }
}

resource "cleanrooms_id_namespace_association" "source" {
  membership_id          = cleanrooms_membership.this.id
  name                   = "Customers"
  input_reference_config = { input_reference_arn = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers", manage_resource_policies = true }
}

resource "cleanrooms_id_namespace_association" "target" {
  membership_id          = cleanrooms_membership.this.id
  name                   = "Audience"
  input_reference_config = { input_reference_arn = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/target", manage_resource_policies = false }
  depends_on             = [cleanrooms_id_namespace_association.source]
}

resource "cleanrooms_id_mapping_table" "this" {
  membership_id          = cleanrooms_membership.this.id
  name                   = "Customers"
  input_reference_config = { input_reference_arn = "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers", manage_resource_policies = true }
  depends_on             = [cleanrooms_id_namespace_association.target]
}

resource "cleanrooms_configured_audience_model_association" "this" {
  membership_id                 = cleanrooms_membership.this.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "Lookalike"
  manage_resource_policies      = false
}
