"""Django's own admin as a door of the product: the same services, the same rules, one style sheet."""
