terraform {
  required_providers {
    cleanrooms = {
      source = "cleanrooms/cleanrooms"
    }
  }
}

# Credentials come from where the AWS CLI finds them: the environment, the
# shared config file, a container or an instance role.
provider "cleanrooms" {
  region = "us-east-1"

  default_tags {
    tags = {
      ManagedBy = "Terraform"
    }
  }
}
