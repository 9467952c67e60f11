variable "name" {
  description = "Name of the collaboration."
  type        = string
  default     = "Campaign measurement"
}

variable "creator_display_name" {
  description = "Name under which the retailer appears to the other members."
  type        = string
  default     = "Example Retail"
}

variable "further_members" {
  description = "Members besides the publisher, by account id."
  type = map(object({
    display_name     = string
    member_abilities = set(string)
  }))
  default = {}
}
