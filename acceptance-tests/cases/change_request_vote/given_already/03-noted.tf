variable "COLLABORATION" {}
variable "ASKED" {}
variable "COMMITTED" {}

resource "cleanrooms_change_request_vote" "this" {
  provider          = cleanrooms.partner
  collaboration_id  = var.COLLABORATION
  change_request_id = var.ASKED
  vote              = "DENY"
}

resource "cleanrooms_change_request_vote" "committed" {
  provider          = cleanrooms.partner
  collaboration_id  = var.COLLABORATION
  change_request_id = var.COMMITTED
  vote              = "APPROVE"
}
