# All to which the account is invited and which it has not joined.
data "cleanrooms_collaborations" "invitations" {
  member_status = "INVITED"
}
