"""Real PostgreSQL, Kafka and Zipkin as plain processes of this machine, from wheels and Maven artifacts."""
