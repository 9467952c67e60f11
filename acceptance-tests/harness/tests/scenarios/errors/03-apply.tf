#: expect_error: local-exec provisioner error

resource "terraform_data" "this" {
  provisioner "local-exec" {
    command = "exit 3"
  }
}
