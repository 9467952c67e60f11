#: generate_config: true

variable "glue" {
  type = string
}

variable "athena" {
  type = string
}

variable "snowflake" {
  type = string
}

variable "databricks" {
  type = string
}

import {
  to = cleanrooms_configured_table.glue
  id = var.glue
}

import {
  to = cleanrooms_configured_table.athena
  id = var.athena
}

import {
  to = cleanrooms_configured_table.snowflake
  id = var.snowflake
}

import {
  to = cleanrooms_configured_table.databricks
  id = var.databricks
}
