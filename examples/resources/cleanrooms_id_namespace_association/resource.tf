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

# The account's own namespace in AWS Entity Resolution, whose policy AWS Clean Rooms manages.
resource "cleanrooms_id_namespace_association" "customers" {
  membership_id = cleanrooms_membership.campaign.id
  name          = "Customers"
  description   = "Loyalty ids of our customers"

  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers"
    manage_resource_policies = true
  }

  # Queries may group by the ids.
  id_mapping_config = {
    allow_use_as_dimension_column = true
  }
}
