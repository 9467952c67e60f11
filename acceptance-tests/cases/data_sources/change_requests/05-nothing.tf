variable "COLLABORATION" {}
