# Its provider configurations are in the steps: the default tags change.
terraform {
  required_providers {
    cleanrooms = {
      source = "cleanrooms/cleanrooms"
    }
  }
}
