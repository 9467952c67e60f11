#: generate_config: true

variable "id" {
  type = string
}

variable "membership" {
  type = string
}

import {
  to = cleanrooms_collaboration.this
  id = var.id
}

import {
  to       = cleanrooms_membership.active
  provider = cleanrooms.partner
  id       = var.membership
}
