variable "SECOND" {}
variable "OTHER" {}

resource "cleanrooms_change_request_vote" "this" {
  provider          = cleanrooms.partner
  collaboration_id  = var.SECOND
  change_request_id = var.OTHER
  vote              = "APPROVE"
  types             = ["GRANT_RECEIVE_RESULTS_ABILITY"]
  accounts          = ["444455556666"]
}
