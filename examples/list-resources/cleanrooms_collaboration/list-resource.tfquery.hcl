# The collaborations that the account owns, with all that can be configured of them.
list "cleanrooms_collaboration" "own" {
  provider         = cleanrooms
  include_resource = true

  config {
    name = "Campaign measurement"
  }
}
