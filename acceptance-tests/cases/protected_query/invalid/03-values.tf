#: command: validate
#: expect_error: Invalid value

resource "cleanrooms_collaboration" "this" {
  name                     = "Reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_protected_query" "this" {
  membership_id                  = "membership"
  sql                            = " "
  parameters                     = { "a-b" = "1" }
  query_compute_payer_account_id = "1234"
  result_configuration = { output_configuration = { distribute = { locations = [
    { s3 = { bucket = "Results", result_format = "JSON" } },
    { s3 = { bucket = "results", result_format = "CSV" } },
    { member = { account_id = "444455556666" } },
    { member = { account_id = "444455556666" } },
  ] } } }
  compute_configuration = { worker = { type = "huge", number = 1000 } }
  timeouts              = { create = "soon" }
}
