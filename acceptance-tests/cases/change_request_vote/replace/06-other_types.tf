#: command: plan
variable "COLLABORATION" {}
variable "ASKED" {}
variable "OTHER" {}

resource "cleanrooms_change_request_vote" "this" {
  provider          = cleanrooms.partner
  collaboration_id  = var.COLLABORATION
  change_request_id = var.OTHER
  vote              = "DENY"
  types             = ["EDIT_AUTO_APPROVED_CHANGE_TYPES"]
}
