"""Rows pasted from a spreadsheet into the parts of a project: read, previewed, then saved whole."""
