#: command: validate
#: expect_error: Which membership?
data "cleanrooms_membership" "which" {
  region = "us-east-1"
}

data "cleanrooms_collaboration" "twice_named" {
  id   = "00000000-0000-4000-8000-000000000001"
  name = "Campaign reach"
}

data "cleanrooms_collaborations" "status" {
  member_status = "LEFT"
}

data "cleanrooms_change_request" "ids" {
  collaboration_id = "arn:aws:cleanrooms:us-east-1:111122223333:collaboration/00000000-0000-4000-8000-000000000001"
  id               = "the first one"
}
