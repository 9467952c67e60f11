variable "change_request_id" {
  description = "The change request on which we are asked to vote."
  type        = string
  default     = null
}

data "cleanrooms_collaborations" "campaign" {
  name = "Campaign measurement"
}

# terraform apply -invoke='action.cleanrooms_change_request_vote.agency[0]' -var=change_request_id=…
action "cleanrooms_change_request_vote" "agency" {
  count = var.change_request_id == null ? 0 : 1

  config {
    collaboration_id  = one(data.cleanrooms_collaborations.campaign.ids)
    change_request_id = var.change_request_id
    vote              = "APPROVE"

    # We agree that account 777788889999 is added, and to nothing else.
    types    = ["ADD_MEMBER"]
    accounts = ["777788889999"]
  }
}
