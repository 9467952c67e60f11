terraform {
  required_providers {
    cleanrooms = {
      source = "cleanrooms/cleanrooms"
    }
  }
}

variable "sandbox" {
  type = string
}

# There is no Region anywhere.
provider "cleanrooms" {
  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
