resource "cleanrooms_collaboration" "this" {
  name                     = "Reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS", "CAN_RUN_JOB"]
  query_log_status         = "DISABLED"
  members = {
    "444455556666" = {
      display_name          = "Advertiser"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { job_compute = { is_responsible = true } }
    }
    "777788889999" = {
      display_name          = "Agency"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { job_compute = { is_responsible = true } }
    }
  }
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_membership" "partner_this" {
  provider              = cleanrooms.partner
  collaboration_id      = cleanrooms_collaboration.this.id
  query_log_status      = "DISABLED"
  payment_configuration = { query_compute = { is_responsible = false }, job_compute = { is_responsible = true } }
  depends_on            = [cleanrooms_membership.this]
}

resource "cleanrooms_membership" "third_this" {
  provider              = cleanrooms.third
  collaboration_id      = cleanrooms_collaboration.this.id
  query_log_status      = "DISABLED"
  payment_configuration = { query_compute = { is_responsible = false }, job_compute = { is_responsible = true } }
  depends_on            = [cleanrooms_membership.partner_this]
}

resource "cleanrooms_collaboration" "other" {
  name                     = "Reach again"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS", "CAN_RUN_JOB"]
  query_log_status         = "DISABLED"
  members = {
    "444455556666" = {
      display_name          = "Advertiser"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { job_compute = { is_responsible = true } }
    }
    "777788889999" = {
      display_name          = "Agency"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { job_compute = { is_responsible = true } }
    }
  }
  depends_on = [cleanrooms_membership.third_this]
}

resource "cleanrooms_membership" "other" {
  collaboration_id = cleanrooms_collaboration.other.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_membership" "partner_other" {
  provider              = cleanrooms.partner
  collaboration_id      = cleanrooms_collaboration.other.id
  query_log_status      = "DISABLED"
  payment_configuration = { query_compute = { is_responsible = false }, job_compute = { is_responsible = true } }
  depends_on            = [cleanrooms_membership.other]
}

resource "cleanrooms_membership" "third_other" {
  provider              = cleanrooms.third
  collaboration_id      = cleanrooms_collaboration.other.id
  query_log_status      = "DISABLED"
  payment_configuration = { query_compute = { is_responsible = false }, job_compute = { is_responsible = true } }
  depends_on            = [cleanrooms_membership.partner_other]
}

resource "cleanrooms_protected_job" "this" {
  membership_id                = cleanrooms_membership.this.id
  analysis_template_arn        = "arn:aws:cleanrooms:us-east-1:111122223333:membership/0f8fad5b-d9cb-469f-a165-70867728950e/analysistemplate/7c9e6679-7425-40de-944b-e07fc1f90ae7"
  parameters                   = { since = "2026" }
  result_configuration         = { output_configuration = { member = { account_id = "444455556666" } } }
  compute_configuration        = { worker = { type = "CR.1X", number = 4, properties = { spark = { "spark.sql.shuffle.partitions" = "4" } } } }
  job_compute_payer_account_id = "444455556666"
  triggers                     = { month = "2026-01" }
  wait_for_completion          = true
  timeouts                     = { create = "10m", update = "10m" }
  region                       = "us-east-1"
  depends_on = [
    cleanrooms_membership.partner_this, cleanrooms_membership.third_this,
    cleanrooms_membership.partner_other, cleanrooms_membership.third_other,
  ]
}
