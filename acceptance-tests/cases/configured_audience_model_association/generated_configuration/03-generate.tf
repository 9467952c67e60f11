#: generate_config: true

import {
  to = cleanrooms_configured_audience_model_association.this
  id = var.this
}

import {
  to = cleanrooms_configured_audience_model_association.other
  id = var.other
}

resource "cleanrooms_collaboration" "this" {
  name                     = "First"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "ENABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

variable "this" {
  type = string
}

variable "other" {
  type = string
}
