data "cleanrooms_collaborations" "all" {}

data "cleanrooms_memberships" "all" {}

data "cleanrooms_configured_tables" "all" {}
