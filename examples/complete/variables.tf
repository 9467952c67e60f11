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

variable "agreed_change_requests" {
  description = "Change requests that add members and to which the publisher agrees: by id, the accounts."
  type        = map(set(string))
  default     = {}
}

variable "queries_per_month" {
  description = "How often the purchases may be asked about in a month; twelve times as often in all."
  type        = number
  default     = 30
}

variable "month" {
  description = "The month since which is measured: each one is another query, and paid for."
  type        = string
  default     = "2026-01"
}
