resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"

  members = {
    "444455556666" = {
      display_name     = "Advertiser"
      member_abilities = []
    }
  }
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_membership" "partner" {
  provider         = cleanrooms.partner
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
  depends_on       = [cleanrooms_membership.this]
}

resource "cleanrooms_configured_audience_model_association" "ours" {
  membership_id                 = cleanrooms_membership.this.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike"
  name                          = "Lookalike"
  manage_resource_policies      = false
  depends_on                    = [cleanrooms_membership.partner]
}

resource "cleanrooms_configured_audience_model_association" "theirs" {
  provider                      = cleanrooms.partner
  membership_id                 = cleanrooms_membership.partner.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:444455556666:configured-audience-model/buyers"
  name                          = "Buyers"
  description                   = "Who buys"
  manage_resource_policies      = true
  depends_on                    = [cleanrooms_configured_audience_model_association.ours]
}
