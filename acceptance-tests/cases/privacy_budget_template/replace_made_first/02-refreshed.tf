#: expect_error: privacy budget template exists already
#: leaves_changes: true

# A collaboration has one, so that the old one must go first.
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

resource "cleanrooms_privacy_budget_template" "this" {
  membership_id       = cleanrooms_membership.this.id
  privacy_budget_type = "DIFFERENTIAL_PRIVACY"
  parameters = {
    differential_privacy = {
      epsilon               = 3
      users_noise_per_query = 20
    }
  }
  auto_refresh = "CALENDAR_MONTH"

  lifecycle {
    create_before_destroy = true
  }
}
