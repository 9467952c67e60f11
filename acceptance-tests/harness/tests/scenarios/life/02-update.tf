resource "terraform_data" "this" {
  input = { name = "two", url = var.sandbox }
}

variable "sandbox" {
  type = string
}
