resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY"]
  query_log_status         = "ENABLED"
  auto_approved_change_request_types = ["ADD_MEMBER"]

  members = {
    "900000000000" = { display_name = "Member 0", member_abilities = [] }
    "900000000001" = { display_name = "Member 1", member_abilities = [] }
    "900000000002" = { display_name = "Member 2", member_abilities = [] }
    "900000000003" = { display_name = "Member 3", member_abilities = [] }
    "900000000004" = { display_name = "Member 4", member_abilities = [] }
    "900000000005" = { display_name = "Member 5", member_abilities = [] }
    "900000000006" = { display_name = "Member 6", member_abilities = [] }
    "900000000007" = { display_name = "Member 7", member_abilities = [] }
    "900000000008" = { display_name = "Member 8", member_abilities = [] }
    "900000000009" = { display_name = "Member 9", member_abilities = [] }
  }
}
