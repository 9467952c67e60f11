variable "change_request_id" {
  description = "The change request on which we are asked to vote."
  type        = string
  default     = null
}

data "cleanrooms_collaborations" "campaign" {
  name = "Campaign measurement"
}

# We agree that account 777788889999 is added, and to nothing else.
resource "cleanrooms_change_request_vote" "agency" {
  count = var.change_request_id == null ? 0 : 1

  collaboration_id  = one(data.cleanrooms_collaborations.campaign.ids)
  change_request_id = var.change_request_id
  vote              = "APPROVE"

  types    = ["ADD_MEMBER"]
  accounts = ["777788889999"]
}
