resource "terraform_data" "membership" {
  input            = cleanrooms_membership.other.id
  triggers_replace = 1
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_collaboration" "other" {
  name                     = "Second"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "other" {
  collaboration_id = cleanrooms_collaboration.other.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_intermediate_table" "this" {
  membership_id = terraform_data.membership.output
  name          = "Reach"
  population_analysis_configuration = {
    sql_parameters = {
      query_string = "SELECT count(*) FROM orders WHERE day > :since"
    }
  }
}
