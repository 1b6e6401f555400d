"""Exchange rates as central banks publish them, and what they make in US dollars."""
