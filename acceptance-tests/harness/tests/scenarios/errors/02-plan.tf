#: expect_error: Resource precondition failed

resource "terraform_data" "this" {
  lifecycle {
    precondition {
      condition     = path.module == "elsewhere"
      error_message = "The module is elsewhere."
    }
  }
}
