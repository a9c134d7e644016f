"""The policy as a file: roles and the system's column list, read, compared, and changed by the ordinary mutations."""
