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

# Region and credentials come from the environment.
provider "cleanrooms" {
  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
