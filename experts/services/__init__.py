"""Every write to experts, fields of expertise, requests, invitations and engagements."""
