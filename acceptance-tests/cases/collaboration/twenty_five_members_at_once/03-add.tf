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
    "900000000010" = { display_name = "Member 10", member_abilities = [] }
    "900000000011" = { display_name = "Member 11", member_abilities = [] }
    "900000000012" = { display_name = "Member 12", member_abilities = [] }
    "900000000013" = { display_name = "Member 13", member_abilities = [] }
    "900000000014" = { display_name = "Member 14", member_abilities = [] }
    "900000000015" = { display_name = "Member 15", member_abilities = [] }
    "900000000016" = { display_name = "Member 16", member_abilities = [] }
    "900000000017" = { display_name = "Member 17", member_abilities = [] }
    "900000000018" = { display_name = "Member 18", member_abilities = [] }
    "900000000019" = { display_name = "Member 19", member_abilities = [] }
    "900000000020" = { display_name = "Member 20", member_abilities = [] }
    "900000000021" = { display_name = "Member 21", member_abilities = [] }
    "900000000022" = { display_name = "Member 22", member_abilities = [] }
    "900000000023" = { display_name = "Member 23", member_abilities = [] }
    "900000000024" = { display_name = "Member 24", member_abilities = [] }
  }
}
