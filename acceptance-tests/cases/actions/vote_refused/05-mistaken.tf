#: command: validate
#: expect_error: Invalid value for vote
variable "COLLABORATION" {}
variable "ASKED" {}

action "cleanrooms_change_request_vote" "this" {
  provider = cleanrooms.partner

  config {
    collaboration_id  = var.COLLABORATION
    change_request_id = var.ASKED
    vote              = "APROVE"
  }
}
