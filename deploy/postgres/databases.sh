#!/bin/sh
# One database and one login per service; no login can connect to another's database. Run once, by an empty cluster.
set -eu
# Which services there are follows from the passwords that were given.
for name in $(printenv | sed -n 's/^\([A-Z][A-Z0-9]*_DATABASE_PASSWORD\)=.*/\1/p'); do
  service=$(printf %s "${name%_DATABASE_PASSWORD}" | tr A-Z a-z)
  password=$(printenv "$name")
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -v login="$service" -v password="$password" <<'SQL'
CREATE ROLE :"login" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE :"login" OWNER :"login";
REVOKE ALL ON DATABASE :"login" FROM PUBLIC;
SQL
done
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -c 'REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC'
