# A retailer and a publisher measure a campaign together. Here is where they
# meet: the retailer creates the collaboration, both join, and the publisher may
# query and run programs. What each of them brings stands in retailer.tf and
# publisher.tf; identities.tf has how the one's customers are the other's viewers.

resource "cleanrooms_collaboration" "campaign" {
  provider = cleanrooms.retailer

  name                     = var.name
  description              = "Who saw the campaign, and who bought"
  creator_display_name     = var.creator_display_name
  creator_member_abilities = []
  query_log_status         = "ENABLED"

  members = merge(var.further_members, {
    "444455556666" = {
      display_name     = "Example Media"
      member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS", "CAN_RUN_JOB"]
    }
  })

  tags = {
    Campaign = "spring"
  }
}

resource "cleanrooms_membership" "retailer" {
  provider = cleanrooms.retailer

  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "DISABLED"

  tags = {
    Campaign = "spring"
  }
}

resource "cleanrooms_membership" "publisher" {
  provider = cleanrooms.publisher

  collaboration_id = cleanrooms_collaboration.campaign.id
  query_log_status = "ENABLED"

  default_result_configuration = {
    output_configuration = {
      s3 = {
        bucket        = "example-media-results"
        key_prefix    = "campaign"
        result_format = "CSV"
      }
    }
  }

  tags = {
    Campaign = "spring"
  }
}

# The publisher's half of a change of members: the retailer's apply names the
# change request that waits for it. Each one is agreed to for what it is about,
# and for nothing else.
resource "cleanrooms_change_request_vote" "agreed" {
  provider = cleanrooms.publisher
  for_each = var.agreed_change_requests

  collaboration_id  = cleanrooms_collaboration.campaign.id
  change_request_id = each.key
  vote              = "APPROVE"

  types    = ["ADD_MEMBER"]
  accounts = each.value
}
