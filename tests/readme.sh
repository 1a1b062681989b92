#!/bin/sh
# Runs every command of README.md's shell blocks, in order, in one shell, as a reader would. A line
# that ends in `&` starts the server; a reader is slower than this script, so it waits for its answer.
set -eu
cd "$(dirname "$0")/.."
work=$PWD/target/e2e/readme
rm -rf "$work"
mkdir -p "$work"

{
    echo "set -eu"
    awk '/^```sh$/ {on = 1; next} /^```$/ {on = 0} on' README.md | while IFS= read -r line; do
        command=$(printf '%s\n' "$line" | sed 's/  *# .*//')
        [ -n "$command" ] || continue
        printf "cat <<'END'\n\n$ %s\nEND\n" "$command"
        case $command in
            *"&")
                printf '%s\n' "rm -f '$work/ready'; mkfifo '$work/ready'"
                printf '%s\n' "${command%&} >'$work/ready' 2>'$work/serve.log' & server=\$!"
                printf '%s\n' "trap 'kill -INT \$server; wait \$server' EXIT"
                printf '%s\n' "exec 3<'$work/ready'; read -r ready <&3; echo \"\$ready\""
                ;;
            *) printf '%s\n' "$command" ;;
        esac
    done
} >"$work/commands.sh"

# Only what README.md sets may be set; the aws CLI is the tests'.
env -u AWS_ENDPOINT_URL -u AWS_REGION AWS_PAGER= PATH="$PWD/target/e2e/venv/bin:$PATH" sh "$work/commands.sh"
echo "README.md: every command works"
