resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_id_namespace_association" "customers" {
  membership_id = cleanrooms_membership.campaign.id
  name          = "Customers"

  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers"
    manage_resource_policies = true
  }
}

resource "cleanrooms_id_namespace_association" "audience" {
  membership_id = cleanrooms_membership.campaign.id
  name          = "Audience"

  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/audience-target"
    manage_resource_policies = true
  }
}

resource "cleanrooms_id_mapping_table" "customers" {
  membership_id = cleanrooms_membership.campaign.id
  name          = "customers_to_audience"

  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers"
    manage_resource_policies = true
  }

  depends_on = [
    cleanrooms_id_namespace_association.customers,
    cleanrooms_id_namespace_association.audience,
  ]
}

# terraform apply -invoke=action.cleanrooms_populate_id_mapping_table.nightly
action "cleanrooms_populate_id_mapping_table" "nightly" {
  config {
    membership_id       = cleanrooms_membership.campaign.id
    id_mapping_table_id = cleanrooms_id_mapping_table.customers.id
    job_type            = "INCREMENTAL"
  }
}
