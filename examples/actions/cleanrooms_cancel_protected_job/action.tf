variable "protected_job_id" {
  description = "The job that runs too long."
  type        = string
  default     = null
}

variable "membership_id" {
  description = "The membership that runs it."
  type        = string
  default     = null
}

# terraform apply -invoke='action.cleanrooms_cancel_protected_job.runaway[0]' -var=protected_job_id=… -var=membership_id=…
action "cleanrooms_cancel_protected_job" "runaway" {
  count = var.protected_job_id == null ? 0 : 1

  config {
    membership_id    = var.membership_id
    protected_job_id = var.protected_job_id
  }
}
