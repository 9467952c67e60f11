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

# As in many projects; only the label is not `aws`, and the addresses are the sandbox's.
provider "cleanrooms" {
  region                   = "us-east-1"
  profile                  = "deployer"
  shared_config_files      = ["${path.module}/aws-config"]
  shared_credentials_files = ["${path.module}/aws-credentials"]
  allowed_account_ids      = ["111122223333"]
  max_retries              = 5
  retry_mode               = "standard"

  # Holds for the services whose address is not given below.
  use_fips_endpoint = true

  skip_metadata_api_check     = true
  skip_credentials_validation = true

  assume_role {
    role_arn     = "arn:aws:iam::111122223333:role/Deployer"
    session_name = "terraform"
    external_id  = "project-7"
    duration     = "1h"
    tags = {
      Project = "measurement"
    }
    transitive_tag_keys = ["Project"]
  }

  default_tags {
    tags = {
      ManagedBy = "Terraform"
    }
  }

  ignore_tags {
    key_prefixes = ["kubernetes.io/"]
  }

  endpoints {
    cleanrooms = var.sandbox
    dynamodb   = "http://localhost:4566"
    elbv2      = "http://localhost:4566"
    logs       = "http://localhost:4566"
    s3         = "http://localhost:4566"
    ses        = "http://localhost:4566"
    sts        = var.sandbox
  }
}
