#: command: validate
#: expect_error: Invalid value for vote

resource "cleanrooms_change_request_vote" "this" {
  collaboration_id  = "arn:aws:cleanrooms:us-east-1:111122223333:collaboration/00000000-0000-4000-8000-000000000001"
  change_request_id = "first"
  vote              = "APROVE"
  types             = ["ADD_MEMBRE"]
  accounts          = ["11112222333"]
  region            = "moon"
}
