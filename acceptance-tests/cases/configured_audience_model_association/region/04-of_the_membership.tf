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

resource "cleanrooms_configured_audience_model_association" "this" {
  membership_id                 = cleanrooms_membership.this.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "Lookalike"
  manage_resource_policies      = false
  region                        = cleanrooms_membership.this.region
}
