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

# There are neither keys nor a profile nor variables.
provider "cleanrooms" {
  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
