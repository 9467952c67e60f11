resource "cleanrooms_collaboration" "this" {
  name                          = "Reach"
  creator_display_name          = "Publisher"
  creator_member_abilities      = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status              = "DISABLED"
  creator_payment_configuration = { query_compute = { is_responsible = true } }
  members = {
    "444455556666" = {
      display_name          = "Advertiser"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { query_compute = { is_responsible = true } }
    }
    "777788889999" = {
      display_name          = "Agency"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { query_compute = { is_responsible = true } }
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
  payment_configuration = { query_compute = { is_responsible = true }, job_compute = { is_responsible = false } }
  depends_on            = [cleanrooms_membership.this]
}

resource "cleanrooms_membership" "third_this" {
  provider              = cleanrooms.third
  collaboration_id      = cleanrooms_collaboration.this.id
  query_log_status      = "DISABLED"
  payment_configuration = { query_compute = { is_responsible = true }, job_compute = { is_responsible = false } }
  depends_on            = [cleanrooms_membership.partner_this]
}

resource "cleanrooms_collaboration" "other" {
  name                          = "Reach again"
  creator_display_name          = "Publisher"
  creator_member_abilities      = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status              = "DISABLED"
  creator_payment_configuration = { query_compute = { is_responsible = true } }
  members = {
    "444455556666" = {
      display_name          = "Advertiser"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { query_compute = { is_responsible = true } }
    }
    "777788889999" = {
      display_name          = "Agency"
      member_abilities      = ["CAN_RECEIVE_RESULTS"]
      payment_configuration = { query_compute = { is_responsible = true } }
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
  payment_configuration = { query_compute = { is_responsible = true }, job_compute = { is_responsible = false } }
  depends_on            = [cleanrooms_membership.other]
}

resource "cleanrooms_membership" "third_other" {
  provider              = cleanrooms.third
  collaboration_id      = cleanrooms_collaboration.other.id
  query_log_status      = "DISABLED"
  payment_configuration = { query_compute = { is_responsible = true }, job_compute = { is_responsible = false } }
  depends_on            = [cleanrooms_membership.partner_other]
}

resource "cleanrooms_protected_query" "this" {
  membership_id                  = cleanrooms_membership.this.id
  sql                            = "SELECT COUNT(DISTINCT email) FROM orders"
  parameters                     = { since = "2026" }
  result_configuration           = { output_configuration = { s3 = { bucket = "results", key_prefix = "a/", result_format = "CSV", single_file_output = false } } }
  compute_configuration          = { worker = { type = "CR.1X", number = 4, properties = { spark = { "spark.sql.shuffle.partitions" = "4" } } } }
  query_compute_payer_account_id = "111122223333"
  triggers                       = { month = "2026-01" }
  wait_for_completion            = true
  timeouts                       = { create = "10m", update = "10m" }
  region                         = "us-east-1"
  depends_on = [
    cleanrooms_membership.partner_this, cleanrooms_membership.third_this,
    cleanrooms_membership.partner_other, cleanrooms_membership.third_other,
  ]
}
