#!/bin/sh
# Fuzzes each target, for a minute or for the seconds that the first argument says, or only the
# targets named after it: with the address sanitizer where there is a nightly compiler, or else with
# the one that there is and without. It starts from what is in corpus/; what it finds new goes to
# target/corpus/, and what breaks something to artifacts/.
set -eu
cd "$(dirname "$0")"
cargo_fuzz=0.13.2
export PATH="$PWD/../target/tools/bin:$PATH"

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "fuzz: installing cargo-fuzz $cargo_fuzz into target/tools"
    cargo install cargo-fuzz --version "$cargo_fuzz" --locked --debug --quiet --root ../target/tools
fi

sanitizer=
toolchain=+nightly
if ! cargo +nightly --version >/dev/null 2>&1; then
    # Coverage is asked for by flags that only a nightly compiler takes, unless it is told to.
    export RUSTC_BOOTSTRAP=1
    toolchain= sanitizer='--sanitizer none'
fi
# What is unpacked is synced, which only memory does quickly enough.
[ -w /dev/shm ] && export TMPDIR=/dev/shm

seconds=${1:-60}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- $(cargo fuzz list)
# shellcheck disable=SC2086
cargo $toolchain fuzz build $sanitizer
for target; do
    mkdir -p "target/corpus/$target" "corpus/$target"
    echo "fuzz: $target for $seconds s"
    # shellcheck disable=SC2086
    cargo $toolchain fuzz run $sanitizer "$target" "target/corpus/$target" "corpus/$target" -- \
        -max_total_time="$seconds" -print_final_stats=1 >"target/$target.log" 2>&1 || {
        tail -40 "target/$target.log"
        exit 1
    }
    grep -E 'number_of_executed_units|DONE' "target/$target.log"
done
