"""The web console: its built files, and the pages they make."""
