terraform {
  required_providers {
    cleanrooms = {
      source = "cleanrooms/cleanrooms"
    }
  }
}

provider "cleanrooms" {
  region  = "us-east-1"
  profile = "publisher"
}

variable "collaboration_id" {
  description = "The id of the collaboration that has invited us."
  type        = string
}

resource "cleanrooms_membership" "campaign" {
  collaboration_id = var.collaboration_id
  query_log_status = "ENABLED"

  default_result_configuration = {
    output_configuration = {
      s3 = {
        bucket        = "example-media-results"
        key_prefix    = "campaign"
        result_format = "CSV"
      }
    }
  }
}
