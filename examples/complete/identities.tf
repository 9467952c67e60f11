# The two companies know people by different ids: the retailer by its loyalty
# cards, the publisher by its subscriptions. AWS Entity Resolution says which of
# them are the same, and neither company learns the other's.

resource "cleanrooms_id_namespace_association" "customers" {
  provider = cleanrooms.retailer

  membership_id = cleanrooms_membership.retailer.id
  name          = "customers"
  description   = "The retailer's loyalty cards"

  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers"
    manage_resource_policies = true
  }

  tags = {
    Campaign = "spring"
  }
}

resource "cleanrooms_id_namespace_association" "subscribers" {
  provider = cleanrooms.publisher

  membership_id = cleanrooms_membership.publisher.id
  name          = "subscribers"
  description   = "The publisher's subscriptions, to which the cards are mapped"

  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:444455556666:idnamespace/subscribers-target"
    manage_resource_policies = true
  }

  tags = {
    Campaign = "spring"
  }
}

resource "cleanrooms_id_mapping_table" "customers" {
  provider = cleanrooms.publisher

  membership_id = cleanrooms_membership.publisher.id
  name          = "customers_to_subscribers"

  input_reference_config = {
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:444455556666:idmappingworkflow/customers"
    manage_resource_policies = true
  }

  # A job of AWS Entity Resolution each month, which is paid for.
  populate = {
    triggers = {
      month = var.month
    }
  }

  tags = {
    Campaign = "spring"
  }

  # Nothing in it refers to the namespaces.
  depends_on = [
    cleanrooms_id_namespace_association.customers,
    cleanrooms_id_namespace_association.subscribers,
  ]
}

# A model of AWS Clean Rooms ML: more people who are like the retailer's customers.
resource "cleanrooms_configured_audience_model_association" "lookalike" {
  provider = cleanrooms.publisher

  membership_id                 = cleanrooms_membership.publisher.id
  configured_audience_model_arn = "arn:aws:cleanrooms-ml:us-east-1:444455556666:configured-audience-model/d4f5a6b7"
  name                          = "lookalike"
  description                   = "Subscribers who are like the retailer's customers"
  manage_resource_policies      = true

  tags = {
    Campaign = "spring"
  }
}
