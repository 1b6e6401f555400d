"""The pages of the expert database."""
