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

# Those of all members, one of which is the target of a mapping.
data "cleanrooms_collaboration_id_namespace_associations" "campaign" {
  collaboration_id = cleanrooms_membership.campaign.collaboration_id
}

output "targets" {
  value = [
    for it in data.cleanrooms_collaboration_id_namespace_associations.campaign.id_namespace_associations :
    it.name if it.input_reference_properties.id_namespace_type == "TARGET"
  ]
}
