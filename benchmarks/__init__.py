"""What `make bench` runs; never part of an installation."""
