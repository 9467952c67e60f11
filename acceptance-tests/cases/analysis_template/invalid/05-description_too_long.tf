#: command: validate
#: expect_error: Invalid value for description

resource "cleanrooms_analysis_template" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Reach"
  format        = "SQL"
  source = {
    text = "SELECT count(*) FROM orders"
  }
  description = join("", [for i in range(256) : "x"])
}
