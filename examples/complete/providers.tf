terraform {
  required_providers {
    cleanrooms = {
      source = "cleanrooms/cleanrooms"
    }
  }
}

# Two companies, two profiles of the shared config file. In practice each
# company has its own configuration: its half of main.tf, and its own file.
provider "cleanrooms" {
  alias   = "retailer"
  region  = "us-east-1"
  profile = "retailer"

  default_tags {
    tags = {
      ManagedBy = "Terraform"
    }
  }
}

provider "cleanrooms" {
  alias   = "publisher"
  region  = "us-east-1"
  profile = "publisher"
}
