variable "protected_query_id" {
  description = "The query that runs too long."
  type        = string
  default     = null
}

variable "membership_id" {
  description = "The membership that runs it."
  type        = string
  default     = null
}

# terraform apply -invoke='action.cleanrooms_cancel_protected_query.runaway[0]' -var=protected_query_id=… -var=membership_id=…
action "cleanrooms_cancel_protected_query" "runaway" {
  count = var.protected_query_id == null ? 0 : 1

  config {
    membership_id      = var.membership_id
    protected_query_id = var.protected_query_id
  }
}
