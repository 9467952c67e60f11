#: command: plan
#: expect_error: More than one collaboration is meant
resource "cleanrooms_collaboration" "one" {
  name                     = "Campaign reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = []
  query_log_status         = "DISABLED"
  members                  = {}
}

resource "cleanrooms_collaboration" "two" {
  name                     = "Campaign reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = []
  query_log_status         = "DISABLED"
  members                  = {}
  # Ids tell in which order they were made.
  depends_on = [cleanrooms_collaboration.one]
}

data "cleanrooms_collaboration" "two_of_a_name" {
  name = "Campaign reach"
}

data "cleanrooms_collaboration" "none_of_a_name" {
  name = "Campaign"
}

data "cleanrooms_configured_table" "none_at_all" {
  name = "Orders"
}

data "cleanrooms_collaboration" "of_others" {
  provider = cleanrooms.partner
  id       = cleanrooms_collaboration.one.id
}

data "cleanrooms_membership" "of_no_one" {
  id = "00000000-0000-4000-8000-000000000001"
}

data "cleanrooms_change_requests" "nowhere" {
  collaboration_id = "00000000-0000-4000-8000-000000000001"
}
