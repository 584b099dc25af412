"""Where shipping is reached: topics, doors, HTTP, the schedule."""
