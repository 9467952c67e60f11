#: command: plan

resource "terraform_data" "this" {
  input            = { name = "two", url = var.sandbox }
  triggers_replace = "now"
}

variable "sandbox" {
  type = string
}
