variable "COLLABORATION" {}
variable "ASKED" {}

resource "cleanrooms_change_request_vote" "this" {
  provider          = cleanrooms.partner
  collaboration_id  = var.COLLABORATION
  change_request_id = var.ASKED
  vote              = "APPROVE"
  types             = ["ADD_MEMBER"]
  accounts          = ["888899990000"]
  region            = "us-east-1"
}
