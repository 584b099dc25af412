"""The `./dev` command line: everything that runs Ganh on one machine. No product module imports it."""
