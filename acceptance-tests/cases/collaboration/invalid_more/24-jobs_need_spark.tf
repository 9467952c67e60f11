#: command: validate
#: expect_error: Invalid value for analytics_engine

resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RUN_JOB"]
  query_log_status         = "ENABLED"
  members                  = {}
  analytics_engine = "CLEAN_ROOMS_SQL"
}
