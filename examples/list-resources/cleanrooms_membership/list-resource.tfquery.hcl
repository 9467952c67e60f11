# Those that are active, unless `status` says otherwise.
list "cleanrooms_membership" "active" {
  provider = cleanrooms
}
