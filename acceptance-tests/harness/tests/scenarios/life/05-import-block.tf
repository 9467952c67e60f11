resource "terraform_data" "this" {
  triggers_replace = "now"
}

import {
  to = terraform_data.imported
  id = var.id
}

resource "terraform_data" "imported" {}

variable "id" {
  type = string
}
