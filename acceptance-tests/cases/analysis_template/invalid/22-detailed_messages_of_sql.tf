#: command: validate
#: expect_error: Invalid value for error_message_configuration

resource "cleanrooms_analysis_template" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Reach"
  format        = "SQL"
  source = {
    text = "SELECT count(*) FROM orders"
  }
  error_message_configuration = {
    type = "DETAILED"
  }
}
