#: command: validate
#: expect_error: 

resource "cleanrooms_membership" "this" {
  collaboration_id = "arn:aws:cleanrooms:us-east-1:111122223333:collaboration/00000000-0000-4000-8000-000000000001"
  query_log_status = "DISABLED"
}
