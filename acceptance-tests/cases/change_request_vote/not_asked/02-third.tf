#: expect_error: Cannot approve change request
variable "COLLABORATION" {}
variable "ASKED" {}

resource "cleanrooms_change_request_vote" "this" {
  provider          = cleanrooms.third
  collaboration_id  = var.COLLABORATION
  change_request_id = var.ASKED
  vote              = "APPROVE"
}
