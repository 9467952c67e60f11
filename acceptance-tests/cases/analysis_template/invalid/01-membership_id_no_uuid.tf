#: command: validate
#: expect_error: Invalid value for membership_id

resource "cleanrooms_analysis_template" "this" {
  membership_id = "first"
  name          = "Reach"
  format        = "SQL"
  source = {
    text = "SELECT count(*) FROM orders"
  }
}
