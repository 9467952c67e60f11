#: command: validate
#: expect_error: Invalid value for source.text

resource "cleanrooms_analysis_template" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Reach"
  format        = "SQL"
  source = {
    text = join("", [for i in range(1000) : join("", [for j in range(501) : "x"])])
  }
}
