"""The minutes of meetings: their resolutions, and what each side owes from them, by when."""
