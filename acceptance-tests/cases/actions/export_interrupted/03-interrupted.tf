#: arguments: ["-invoke=action.cleanrooms_start_analysis_log_export.audit"]
#: interrupt: {"signal": "INT", "operation": "GetAnalysisLogExport", "count": 3}
#: uncounted: ["GetAnalysisLogExport", "GetProtectedQuery"]

resource "cleanrooms_collaboration" "this" {
  name                     = "Reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_EXPORT_QUERY_ANALYSIS_LOG", "CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "ENABLED"
}

resource "cleanrooms_protected_query" "this" {
  membership_id = cleanrooms_membership.this.id
  sql           = "SELECT COUNT(DISTINCT email) FROM orders"
}

action "cleanrooms_start_analysis_log_export" "audit" {
  config {
    membership_id = cleanrooms_membership.this.id
    analysis_id   = cleanrooms_protected_query.this.id

    result_configuration = {
      output_configuration = {
        s3 = {
          bucket     = "query-logs"
          key_prefix = "reach"
        }
      }
    }
  }
}
