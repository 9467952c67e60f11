#: command: plan
#: expect_error: identity is not that

import {
  to = cleanrooms_id_namespace_association.this
  identity = {
    membership_id = var.membership
    id            = var.it
    account_id    = "777788889999"
  }
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_id_namespace_association" "this" {
  membership_id = cleanrooms_membership.this.id
  name          = "Customers"
  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers"
    manage_resource_policies = true
  }
}

variable "membership" {
  type = string
}

variable "it" {
  type = string
}
