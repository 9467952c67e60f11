#: expect_error: Cannot approve change request
variable "COLLABORATION" {}
variable "CANCELLED" {}
variable "DENIED" {}
variable "APPROVED" {}

resource "cleanrooms_change_request_vote" "this" {
  provider          = cleanrooms.partner
  collaboration_id  = var.COLLABORATION
  change_request_id = var.CANCELLED
  vote              = "APPROVE"
}
