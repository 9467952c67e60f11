data "cleanrooms_memberships" "active" {
  status = "ACTIVE"
}
