#!/bin/sh
# Guests in Firecracker, for real: every test of guests that CI runs in QEMU, the escape battery
# included. Needs hardware KVM, so CI cannot run it everywhere; the first line says what is lacking.
set -eu

lacking=
lack() { lacking="${lacking:+$lacking; }$1"; }
if command -v firecracker >/dev/null 2>&1; then
    :
else
    lack "firecracker on the PATH (its release page has it)"
fi
if [ ! -w /dev/kvm ]; then
    lack "/dev/kvm that this user may write to"
else
    worth=$(cargo run --quiet --locked --package fika -- doctor | grep ' /dev/kvm ' || true)
    case $worth in
    *"KVM runs at"*) ;;
    *) lack "KVM that runs guests at speed (${worth#* /dev/kvm})" ;;
    esac
fi
if [ -z "${FIKA_KERNEL_DIR:-}" ] && ! command -v apt-get >/dev/null 2>&1; then
    lack "a guest kernel: apt-get to fetch one, or FIKA_KERNEL_DIR (docs/firecracker.md)"
fi
if [ -n "$lacking" ]; then
    echo "make test-firecracker lacks: $lacking"
    exit 1
fi
export FIKA_TEST_VMM=firecracker
firecracker --version | head -n 1
cargo nextest run --locked --package fika-sandbox --test firecracker --test microvm --test network \
    --test escape
cargo nextest run --locked --package fika --test e2e guests:: snapstart:: a_kernel_of_its_own \
    an_sdk_inside_a_kernel_of_its_own
