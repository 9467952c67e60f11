#: command: validate
#: expect_error: Invalid value for source

resource "cleanrooms_analysis_template" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Reach"
  format        = "SQL"
  source        = {}
}
