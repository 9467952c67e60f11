resource "cleanrooms_collaboration" "this" {
  count                    = 2
  name                     = "Alike"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "ENABLED"
  members                  = {}
}
