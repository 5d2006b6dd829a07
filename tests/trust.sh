#!/bin/sh
# For a test container only: anybody who reaches it is let in.
sed -i 's/scram-sha-256$/trust/' "$PGDATA/pg_hba.conf"
