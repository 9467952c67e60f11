data "cleanrooms_configured_tables" "all" {}
