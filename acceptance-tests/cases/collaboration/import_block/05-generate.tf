#: generate_config: true

import {
  to = cleanrooms_collaboration.this
  id = var.id
}

variable "id" {
  type = string
}
