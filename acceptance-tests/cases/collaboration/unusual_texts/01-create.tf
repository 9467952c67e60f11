# What the service takes, although it looks odd: signs of the Basic Multilingual Plane, a no-break space alone, DEL.
resource "cleanrooms_collaboration" "this" {
  name                     = "Caf\u00e9 \u2615 \u6e2c\u8a66"
  creator_display_name     = "\u00a0"
  creator_member_abilities = []
  query_log_status         = "DISABLED"
  description              = "\u007f\u0085\ntwo lines \u05d0"

  members = {
    "444455556666" = {
      display_name     = "\ufffd"
      member_abilities = []
    }
  }
}
