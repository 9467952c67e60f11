output "collaboration_id" {
  description = "What the publisher needs to join from a configuration of its own."
  value       = cleanrooms_collaboration.campaign.id
}

output "analysis_template_arn" {
  description = "What the retailer's rule allows, where the publisher has a configuration of its own."
  value       = cleanrooms_analysis_template.reach.arn
}

output "results" {
  description = "Where the results of the measurement are."
  value       = cleanrooms_protected_query.reach.result_location
}
