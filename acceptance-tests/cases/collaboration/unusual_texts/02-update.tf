resource "cleanrooms_collaboration" "this" {
  name                     = "\u00a0"
  creator_display_name     = "\u00a0"
  creator_member_abilities = []
  query_log_status         = "DISABLED"
  description              = "\u2713"

  members = {
    "444455556666" = {
      display_name     = "\ufffd"
      member_abilities = []
    }
  }
}
