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

# One of the two is usually a partner's.
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

# Nothing in it refers to the namespaces.
resource "cleanrooms_id_mapping_table" "customers" {
  membership_id = cleanrooms_membership.campaign.id
  name          = "customers_to_audience"

  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers"
    manage_resource_policies = true
  }

  # A job of AWS Entity Resolution whenever this changes; each one is paid for.
  populate = {
    triggers = {
      month = "2026-01"
    }
  }

  depends_on = [
    cleanrooms_id_namespace_association.customers,
    cleanrooms_id_namespace_association.audience,
  ]
}
