"""What no linter knows about this house."""
