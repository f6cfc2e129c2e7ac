#!/bin/sh
# Deskhand's owner role and database. The role may create roles (the migrations make the restricted ones that the server
# works with) and is no superuser: row level security must hold for everything that follows from it.
# Run by the PostgreSQL image at its first start; with a server of your own: as a superuser, PG* variables set as for psql.
set -eu
# through the environment, not as an argument, which every user of the machine could read
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv password DESKHAND_DATABASE_PASSWORD
CREATE ROLE deskhand_owner LOGIN CREATEROLE CREATEDB PASSWORD :'password';
CREATE DATABASE deskhand OWNER deskhand_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
SQL
