resource "cleanrooms_collaboration" "campaign" {
  name                     = "Campaign measurement"
  creator_display_name     = "Example Retail"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

# Who is invited looks before it joins, by `id` or by `name`.
data "cleanrooms_collaboration" "campaign" {
  id = cleanrooms_collaboration.campaign.id
}
