"""What the product can do, read from where it is said: the tests' marks, the routes' and the contracts' docstrings."""
