variable "COLLABORATION" {}
variable "PENDING" {}

data "cleanrooms_change_requests" "all" {
  collaboration_id = var.COLLABORATION
}

data "cleanrooms_change_requests" "denied" {
  collaboration_id = var.COLLABORATION
  status           = "DENIED"
}

data "cleanrooms_change_request" "first" {
  provider         = cleanrooms.partner
  collaboration_id = var.COLLABORATION
  id               = var.PENDING
}

# What each is about does not change when it moves on.
resource "terraform_data" "each" {
  for_each = data.cleanrooms_change_requests.all.change_requests
  input    = join(", ", each.value.accounts)
}
