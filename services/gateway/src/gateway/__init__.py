"""The edge of the platform: login and roles, one address for all services, and what has just changed."""
