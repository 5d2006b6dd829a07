#!/usr/bin/env bash
# Makes the services' roles and schemas, and gives each role the password that deploy/make_secrets.py made.
# Runs at every start and may be repeated: a first start that was interrupted is completed by the next.
set -euo pipefail
PGPASSWORD=$(</run/passwords/postgres)
export PGPASSWORD PGOPTIONS="--client-min-messages=warning"
psql --quiet --set ON_ERROR_STOP=1 --file /deploy/roles.sql
for file in /run/passwords/*; do
    PASSWORD_FILE=$file psql --quiet --set ON_ERROR_STOP=1 --set role="${file##*/}" <<'SQL'
\set password `cat "$PASSWORD_FILE"`
ALTER ROLE :"role" PASSWORD :'password';
SQL
done
