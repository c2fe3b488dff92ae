"""The command line: one module per noun, no logic, heavy imports only inside commands."""
