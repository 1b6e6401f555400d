"""Loading the published facts of a programme from a file, again and again without harm."""
