# The provider configurations are in the steps.
terraform {
  required_providers {
    cleanrooms = {
      source = "cleanrooms/cleanrooms"
    }
  }
}
