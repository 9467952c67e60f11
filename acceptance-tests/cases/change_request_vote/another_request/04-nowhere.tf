#: expect_error: Cannot approve change request
variable "COLLABORATION" {}
variable "ASKED" {}

resource "cleanrooms_change_request_vote" "this" {
  provider          = cleanrooms.partner
  collaboration_id  = var.COLLABORATION
  change_request_id = "00000000-0000-4000-8000-00000000ffff"
  vote              = "APPROVE"
}
