#: command: validate
#: expect_error: Missing required argument

resource "cleanrooms_id_mapping_table" "this" {
  membership_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
  name          = "Customers map"
}
