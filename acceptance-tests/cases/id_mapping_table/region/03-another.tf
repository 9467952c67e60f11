#: expect_error: region of an id mapping table cannot be changed
#: leaves_changes: true

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
  region                   = "eu-west-1"
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
  region           = "eu-west-1"
}

resource "cleanrooms_id_namespace_association" "source" {
  membership_id = cleanrooms_membership.this.id
  name          = "Source"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers"
    manage_resource_policies = true
  }
  region = "eu-west-1"
}

resource "cleanrooms_id_namespace_association" "target" {
  membership_id = cleanrooms_membership.this.id
  name          = "Target"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/target"
    manage_resource_policies = true
  }
  region     = "eu-west-1"
  depends_on = [cleanrooms_id_namespace_association.source]
}

resource "cleanrooms_id_mapping_table" "this" {
  membership_id = cleanrooms_membership.this.id
  name          = "Customers map"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers"
    manage_resource_policies = true
  }
  region = "us-east-1"
  depends_on = [
    cleanrooms_id_namespace_association.source,
    cleanrooms_id_namespace_association.target,
  ]
}
