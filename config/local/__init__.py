"""What `make run` and `make test` do: the product and its servers on one machine.

`bootstrap.py` is run by the system's Python and makes `.venv`. Everything else
runs inside it: `__main__.py` knows the commands, `run.py` is the supervisor,
`testing.py` and `gates.py` are the tests and the static gates. Production uses
none of this; see `deploy/`.
"""
