"""Rows pasted from a spreadsheet into the parts of a project: read, shown as a preview, then saved whole."""
