# What the publisher brings: who saw the campaign, and the query and the program that it runs.

resource "cleanrooms_configured_table" "impressions" {
  provider = cleanrooms.publisher

  name                      = "Impressions"
  description               = "One row for each time that somebody saw the campaign"
  analysis_method           = "MULTIPLE"
  selected_analysis_methods = ["DIRECT_JOB", "DIRECT_QUERY"]
  allowed_columns           = ["campaign", "email", "seen_on"]

  table_reference = {
    glue = {
      database_name = "ads"
      table_name    = "impressions"
    }
  }

  tags = {
    Campaign = "spring"
  }
}

resource "cleanrooms_configured_table_association" "impressions" {
  provider = cleanrooms.publisher

  membership_id       = cleanrooms_membership.publisher.id
  configured_table_id = cleanrooms_configured_table.impressions.id
  name                = "impressions"
  role_arn            = "arn:aws:iam::444455556666:role/clean-rooms-impressions"

  tags = {
    Campaign = "spring"
  }
}

# The publisher asks what it likes of its own table, in queries and in programs.
resource "cleanrooms_configured_table_analysis_rule" "impressions" {
  provider = cleanrooms.publisher

  configured_table_id = cleanrooms_configured_table.impressions.id

  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses           = ["ANY_JOB", "ANY_QUERY"]
        allowed_analysis_providers = ["444455556666"]
      }
    }
  }
}

resource "cleanrooms_configured_table_association_analysis_rule" "impressions" {
  provider = cleanrooms.publisher

  membership_id                   = cleanrooms_membership.publisher.id
  configured_table_association_id = cleanrooms_configured_table_association.impressions.id
  analysis_rule_type              = cleanrooms_configured_table_analysis_rule.impressions.analysis_rule_type

  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_result_receivers = ["444455556666"]
      }
    }
  }
}

# The query, which the retailer reads before its rule allows it. Another text
# makes another template, with an ARN that the rule does not know yet.
resource "cleanrooms_analysis_template" "reach" {
  provider = cleanrooms.publisher

  membership_id = cleanrooms_membership.publisher.id
  name          = "reach"
  description   = "How many of those who saw the campaign bought something since then"
  format        = "SQL"

  source = {
    text = <<-EOT
      SELECT COUNT(DISTINCT purchases.email) AS buyers, SUM(purchases.amount) AS revenue
      FROM impressions
      JOIN purchases ON impressions.email = purchases.email
      WHERE impressions.campaign = :campaign
        AND purchases.purchased_on >= impressions.seen_on
        AND purchases.purchased_on >= :since
    EOT
  }

  analysis_parameters = {
    campaign = { type = "VARCHAR" }
    since    = { type = "DATE", default_value = "2026-01-01" }
  }

  tags = {
    Campaign = "spring"
  }

  # A template is made of tables that are there.
  depends_on = [
    cleanrooms_configured_table_association.impressions,
    cleanrooms_configured_table_association.purchases,
  ]
}

# The measurement. Another month is another query, which is paid for.
resource "cleanrooms_protected_query" "reach" {
  provider = cleanrooms.publisher

  membership_id         = cleanrooms_membership.publisher.id
  analysis_template_arn = cleanrooms_analysis_template.reach.arn

  parameters = {
    campaign = "spring"
    since    = "${var.month}-01"
  }

  result_configuration = {
    output_configuration = {
      s3 = {
        bucket        = "example-media-results"
        key_prefix    = "campaign/${var.month}/"
        result_format = "CSV"
      }
    }
  }

  # It runs once both companies allow it.
  depends_on = [
    cleanrooms_configured_table_association_analysis_rule.impressions,
    cleanrooms_configured_table_association_analysis_rule.purchases,
    cleanrooms_privacy_budget_template.purchases,
  ]
}

# Who has seen the campaign at all: a result that further queries read.
resource "cleanrooms_intermediate_table" "viewers" {
  provider = cleanrooms.publisher

  membership_id     = cleanrooms_membership.publisher.id
  name              = "viewers"
  description       = "When each of them saw the campaign first"
  retention_in_days = 30

  population_analysis_configuration = {
    sql_parameters = {
      query_string = "SELECT email, MIN(seen_on) AS first_seen FROM impressions GROUP BY email"
    }
  }

  # Each month it is filled anew, and that is paid for.
  populate = {
    triggers = {
      month = var.month
    }
  }

  tags = {
    Campaign = "spring"
  }

  # The query names the table, and refers to nothing that Terraform sees.
  depends_on = [
    cleanrooms_configured_table_association_analysis_rule.impressions,
  ]
}

resource "cleanrooms_intermediate_table_analysis_rule" "viewers" {
  provider = cleanrooms.publisher

  membership_id         = cleanrooms_membership.publisher.id
  intermediate_table_id = cleanrooms_intermediate_table.viewers.id

  analysis_rule_policy = {
    v1 = {
      custom = {
        allowed_analyses           = ["ANY_QUERY"]
        allowed_analysis_providers = ["444455556666"]
        disallowed_output_columns  = ["email"]
      }
    }
  }
}

# The program, whose artifacts lie in a bucket with versions.
resource "cleanrooms_analysis_template" "frequency" {
  provider = cleanrooms.publisher

  membership_id = cleanrooms_membership.publisher.id
  name          = "frequency"
  description   = "How often the campaign was seen by those who saw it"
  format        = "PYSPARK_1_0"

  source = {
    artifacts = {
      entry_point = {
        location = {
          bucket = "example-media-programs"
          key    = "frequency/main.py"
        }
      }

      role_arn = "arn:aws:iam::444455556666:role/clean-rooms-programs"
    }
  }

  schema = {
    referenced_tables = [cleanrooms_configured_table_association.impressions.name]
  }

  tags = {
    Campaign = "spring"
  }
}

# Another month is another job, which is paid for.
resource "cleanrooms_protected_job" "frequency" {
  provider = cleanrooms.publisher

  membership_id         = cleanrooms_membership.publisher.id
  analysis_template_arn = cleanrooms_analysis_template.frequency.arn

  compute_configuration = {
    worker = {
      type   = "CR.1X"
      number = 4
    }
  }

  result_configuration = {
    output_configuration = {
      member = {
        account_id = "444455556666"
      }
    }
  }

  triggers = {
    month = var.month
  }

  depends_on = [
    cleanrooms_configured_table_association_analysis_rule.impressions,
  ]
}
