#: command: validate
#: expect_error: Invalid value for analysis_parameters["since"].default_value

resource "cleanrooms_analysis_template" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Reach"
  format        = "SQL"
  source = {
    text = "SELECT count(*) FROM orders WHERE day > :since"
  }
  analysis_parameters = {
    since = {
      type          = "STRING"
      default_value = join("", [for i in range(1001) : "x"])
    }
  }
}
