#: expect_error: Cannot create the configured audience model association
#: leaves_changes: true

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

resource "cleanrooms_configured_audience_model_association" "first" {
  membership_id                 = cleanrooms_membership.this.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "First"
  manage_resource_policies      = false
}

resource "cleanrooms_configured_audience_model_association" "second" {
  membership_id                 = cleanrooms_membership.this.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "Second"
  manage_resource_policies      = false
  depends_on                    = [cleanrooms_configured_audience_model_association.first]
}

resource "cleanrooms_configured_audience_model_association" "third" {
  membership_id                 = cleanrooms_membership.this.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "Third"
  manage_resource_policies      = false
  depends_on                    = [cleanrooms_configured_audience_model_association.second]
}

resource "cleanrooms_configured_audience_model_association" "fourth" {
  membership_id                 = cleanrooms_membership.this.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "Fourth"
  manage_resource_policies      = false
  depends_on                    = [cleanrooms_configured_audience_model_association.third]
}

resource "cleanrooms_configured_audience_model_association" "fifth" {
  membership_id                 = cleanrooms_membership.this.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "Fifth"
  manage_resource_policies      = false
  depends_on                    = [cleanrooms_configured_audience_model_association.fourth]
}

resource "cleanrooms_configured_audience_model_association" "sixth" {
  membership_id                 = cleanrooms_membership.this.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "Sixth"
  manage_resource_policies      = false
  depends_on                    = [cleanrooms_configured_audience_model_association.fifth]
}
