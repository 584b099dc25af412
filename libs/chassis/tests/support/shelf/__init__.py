"""A service for the tests of the edge: things lie on a shelf, may be moved, and grow old by a job."""
