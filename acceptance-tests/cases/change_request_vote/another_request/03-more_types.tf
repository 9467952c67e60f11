#: expect_error: which is another one
variable "COLLABORATION" {}
variable "ASKED" {}

resource "cleanrooms_change_request_vote" "this" {
  provider          = cleanrooms.partner
  collaboration_id  = var.COLLABORATION
  change_request_id = var.ASKED
  vote              = "APPROVE"
  types             = ["ADD_MEMBER", "REVOKE_RECEIVE_RESULTS_ABILITY"]
}
