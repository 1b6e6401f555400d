"""Experts from a table and as a table: looked at row by row, then saved whole or not at all."""
