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

resource "cleanrooms_id_namespace_association" "this" {
  membership_id = cleanrooms_membership.this.id
  name          = "Customers"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers"
    manage_resource_policies = true
  }
  description = "Who buys"
  id_mapping_config = {
    allow_use_as_dimension_column = true
  }
  tags = {
    Team = "measurement"
  }
  region = "us-east-1"
  timeouts = {
    create = "1m"
    update = "1m"
  }
}
