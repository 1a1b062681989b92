#!/bin/sh
# What fika is built from: licenses, bans and sources always; advisories where their database can be
# reached (it is a git repository, fetched live).
set -eu

cargo deny --locked check bans licenses sources --hide-inclusion-graph

if cargo deny fetch db >/dev/null 2>&1; then
    cargo deny --locked check advisories
else
    echo "advisories: not checked, the advisory database is out of reach from here"
fi
