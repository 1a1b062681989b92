#!/bin/sh
# fika in a minute: start it, deploy a function, call it twice, read its log, stop.
# Everything it keeps is in .fika/ of this folder; a second run reuses it.
set -eu
cd "$(dirname "$0")/.."

fika=target/release/fika
data=${FIKA_DEMO_DATA:-.fika}
mkdir -p "$data"
# Only the server started here is spoken to, whatever this shell is set up for.
unset AWS_ENDPOINT_URL AWS_ENDPOINT_URL_LAMBDA AWS_REGION AWS_DEFAULT_REGION FIKA_DATA_DIR FIKA_RUNTIMES_DIR || true

bold() { printf '\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || bold() { printf '%s\n' "$*"; }
step() { echo; bold "$ fika $*"; }
now_us() { echo $(($(date +%s%N) / 1000)); }
ms() { printf '%d.%d ms' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# Starts the server on address $1 and waits for its one line on standard output.
serve() {
    rm -f "$data/demo.fifo"
    mkfifo "$data/demo.fifo"
    started=$(now_us)
    "$fika" serve --data-dir "$data" --listen "$1" >"$data/demo.fifo" 2>"$data/demo.log" &
    server=$!
    exec 3<"$data/demo.fifo"
    rm "$data/demo.fifo"
    if read -r ready <&3; then startup=$(($(now_us) - started)); else return 1; fi
}

# Ends the server the way Ctrl-C does, and waits until it has drained.
stop() {
    [ -n "${server:-}" ] || return 0
    kill -INT "$server" 2>/dev/null || true
    wait "$server" || true
    server=
}
trap stop EXIT
began=$(date +%s)
trap 'exit 130' INT TERM

step "serve --data-dir $data"
if ! serve 127.0.0.1:9000; then
    if ! serve 127.0.0.1:0; then
        cat "$data/demo.log" >&2
        exit 1
    fi
fi
echo "$ready"
echo "(start-up took $(ms "$startup"))"

step "deploy examples/hello-node"
"$fika" deploy examples/hello-node --data-dir "$data"

call() {
    begun=$(now_us)
    "$fika" invoke hello-node --data-dir "$data" --payload '{"name":"fika"}'
    took=$(($(now_us) - begun))
}

step "invoke hello-node --payload '{\"name\":\"fika\"}'"
call
cold=$took
step "invoke hello-node --payload '{\"name\":\"fika\"}'"
call
warm=$took

step "logs hello-node"
"$fika" logs hello-node --since "$(($(date +%s) - began + 1))s" --data-dir "$data"

echo
bold "cold call: $(ms "$cold")    warm call: $(ms "$warm")"
echo "(as the command sees them, its own start and signing included; REPORT above has the function's part)"
echo
"$fika" env --data-dir "$data" >"$data/env.sh"
stop

bold "How to go on"
echo "  $fika serve --data-dir $data     # the same server again; http://127.0.0.1:9000 unless --listen says otherwise"
sed 's/^/  /' "$data/env.sh"
echo "  aws lambda invoke --function-name hello-node /dev/stdout"
echo "  data directory: $(cd "$data" && pwd)"
