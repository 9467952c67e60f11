output "collaboration_id" {
  description = "What the publisher needs to join from a configuration of its own."
  value       = cleanrooms_collaboration.campaign.id
}
