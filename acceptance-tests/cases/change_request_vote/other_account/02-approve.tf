variable "COLLABORATION" {}
variable "ASKED" {}

resource "cleanrooms_change_request_vote" "this" {
  collaboration_id  = var.COLLABORATION
  change_request_id = var.ASKED
  vote              = "APPROVE"
}
