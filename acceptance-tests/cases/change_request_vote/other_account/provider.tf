terraform {
  required_providers {
    cleanrooms = { source = "cleanrooms/cleanrooms" }
  }
}

variable "sandbox" {
  type = string
}

variable "account" {
  type    = string
  default = "444455556666"
}

provider "cleanrooms" {
  region     = "us-east-1"
  access_key = var.account
  secret_key = "secret"

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
