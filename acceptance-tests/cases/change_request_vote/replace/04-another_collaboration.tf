#: command: plan
variable "COLLABORATION" {}
variable "ASKED" {}
variable "OTHER" {}

resource "cleanrooms_change_request_vote" "this" {
  provider          = cleanrooms.partner
  collaboration_id  = "00000000-0000-4000-8000-00000000ffff"
  change_request_id = var.OTHER
  vote              = "DENY"
}
