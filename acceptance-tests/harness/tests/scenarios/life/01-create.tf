resource "terraform_data" "this" {
  input = { name = "one", url = var.sandbox }
}

variable "sandbox" {
  type = string
}
