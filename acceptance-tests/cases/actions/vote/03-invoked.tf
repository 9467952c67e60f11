#: arguments: ["-invoke=action.cleanrooms_change_request_vote.this"]

variable "COLLABORATION" {}
variable "ASKED" {}

action "cleanrooms_change_request_vote" "this" {
  provider = cleanrooms.partner

  config {
    collaboration_id  = var.COLLABORATION
    change_request_id = var.ASKED
    vote              = "APPROVE"
    types             = ["ADD_MEMBER"]
    accounts          = ["888899990000"]
  }
}
