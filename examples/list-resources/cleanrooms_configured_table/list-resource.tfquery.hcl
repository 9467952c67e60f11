list "cleanrooms_configured_table" "purchases" {
  provider = cleanrooms

  config {
    name = "Purchases"
  }
}
