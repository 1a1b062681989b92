#!/bin/sh
# Fuzzes each target, for a minute or for the seconds that the first argument says: with the address
# sanitizer where there is a nightly compiler, or else with the one that there is and without.
set -eu
cd "$(dirname "$0")"
cargo_fuzz=0.13.2
export PATH="$PWD/../target/tools/bin:$PATH"

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "fuzz: installing cargo-fuzz $cargo_fuzz into target/tools"
    cargo install cargo-fuzz --version "$cargo_fuzz" --locked --debug --quiet --root ../target/tools
fi

if cargo +nightly --version >/dev/null 2>&1; then
    set -- "${1:-60}" cargo +nightly fuzz run
else
    # Coverage is asked for by flags that only a nightly compiler takes, unless it is told to.
    export RUSTC_BOOTSTRAP=1
    set -- "${1:-60}" cargo fuzz run --sanitizer none
fi
seconds=$1
shift
for target in $(cargo fuzz list); do
    "$@" "$target" -- -max_total_time="$seconds" -print_final_stats=1
done
