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
