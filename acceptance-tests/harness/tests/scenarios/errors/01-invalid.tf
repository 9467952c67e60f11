#: command: validate
#: expect_error: Unsupported argument

resource "terraform_data" "this" {
  inputs = 1
}
