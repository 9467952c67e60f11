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

data "cleanrooms_collaborations" "all" {
  region = "us-east-1"
}

data "cleanrooms_collaborations" "of_nobody" {
  name = "Another name"
}

data "cleanrooms_collaboration" "by_id" {
  id = cleanrooms_collaboration.this.id
}

data "cleanrooms_collaboration" "of_another" {
  provider           = cleanrooms.partner
  creator_account_id = "111122223333"
}

data "cleanrooms_collaboration_members" "all" {
  collaboration_id = data.cleanrooms_collaboration.by_id.id
}

data "cleanrooms_memberships" "all" {
  status = "ACTIVE"
}

data "cleanrooms_membership" "by_collaboration" {
  collaboration_id = cleanrooms_collaboration.this.id
}

data "cleanrooms_configured_tables" "all" {
  name = "Orders"
}

data "cleanrooms_configured_table" "by_name" {
  name = "Orders"
}

data "cleanrooms_configured_table_associations" "all" {
  membership_id = data.cleanrooms_membership.by_collaboration.id
  name          = "ORDERS"
}

data "cleanrooms_change_requests" "all" {
  collaboration_id = data.cleanrooms_collaboration.by_id.id
}

data "cleanrooms_analysis_templates" "all" {
  membership_id = data.cleanrooms_membership.by_collaboration.id
  name          = "Reach"
}

data "cleanrooms_privacy_budget_templates" "all" {
  membership_id       = data.cleanrooms_membership.by_collaboration.id
  privacy_budget_type = "DIFFERENTIAL_PRIVACY"
}

data "cleanrooms_id_namespace_associations" "all" {
  membership_id = data.cleanrooms_membership.by_collaboration.id
}

data "cleanrooms_id_mapping_tables" "all" {
  membership_id = data.cleanrooms_membership.by_collaboration.id
  name          = "CUSTOMERS"
}

data "cleanrooms_collaboration_id_namespace_associations" "all" {
  collaboration_id   = data.cleanrooms_collaboration.by_id.id
  creator_account_id = "111122223333"
}

data "cleanrooms_collaboration_id_namespace_association" "by_id" {
  collaboration_id = data.cleanrooms_collaboration.by_id.id
  id               = cleanrooms_id_namespace_association.target.id
}

data "cleanrooms_configured_audience_model_associations" "all" {
  membership_id = data.cleanrooms_membership.by_collaboration.id
  name          = "Lookalike"
}

data "cleanrooms_analysis_log_exports" "none" {
  membership_id = data.cleanrooms_membership.by_collaboration.id
}
