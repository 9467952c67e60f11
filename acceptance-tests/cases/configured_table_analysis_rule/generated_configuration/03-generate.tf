#: generate_config: true

variable "list" {
  type = string
}

variable "aggregation" {
  type = string
}

variable "custom" {
  type = string
}

variable "private" {
  type = string
}

variable "least" {
  type = string
}

resource "cleanrooms_configured_table" "list" {
  name            = "Orders"
  allowed_columns = ["amount", "country", "day", "email", "phone", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table" "aggregation" {
  name            = "Orders"
  allowed_columns = ["amount", "country", "day", "email", "phone", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table" "custom" {
  name            = "Orders"
  allowed_columns = ["amount", "country", "day", "email", "phone", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table" "private" {
  name            = "Orders"
  allowed_columns = ["amount", "country", "day", "email", "phone", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

resource "cleanrooms_configured_table" "least" {
  name            = "Least"
  allowed_columns = ["amount", "country", "day", "email", "phone", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {
    glue = {
      database_name = "sales"
      table_name    = "orders"
    }
  }
}

import {
  to = cleanrooms_configured_table_analysis_rule.list
  id = var.list
}

import {
  to = cleanrooms_configured_table_analysis_rule.aggregation
  id = var.aggregation
}

import {
  to = cleanrooms_configured_table_analysis_rule.custom
  id = var.custom
}

import {
  to = cleanrooms_configured_table_analysis_rule.private
  id = var.private
}

import {
  to = cleanrooms_configured_table_analysis_rule.least
  id = var.least
}
