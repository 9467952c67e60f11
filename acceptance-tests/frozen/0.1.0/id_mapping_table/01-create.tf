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

resource "cleanrooms_id_namespace_association" "source" {
  membership_id = cleanrooms_membership.this.id
  name          = "Source"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers"
    manage_resource_policies = true
  }
}

resource "cleanrooms_id_namespace_association" "target" {
  membership_id = cleanrooms_membership.this.id
  name          = "Target"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/target"
    manage_resource_policies = true
  }
  depends_on = [cleanrooms_id_namespace_association.source]
}

resource "cleanrooms_id_mapping_table" "this" {
  membership_id = cleanrooms_membership.this.id
  name          = "Customers map"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers"
    manage_resource_policies = true
  }
  description = "Ours to theirs"
  kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/0f8fad5b-d9cb-469f-a165-70867728950e"
  populate = {
    job_type = "BATCH"
    triggers = {
      day = "monday"
    }
  }
  tags = {
    Team = "measurement"
  }
  region = "us-east-1"
  timeouts = {
    create = "1m"
    update = "1m"
  }
  depends_on = [
    cleanrooms_id_namespace_association.source,
    cleanrooms_id_namespace_association.target,
  ]
}
