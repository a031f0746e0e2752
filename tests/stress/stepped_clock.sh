#!/bin/sh
# SPDX-License-Identifier: MIT
# stepped_clock.sh PROGRAM: runs it, as far as it may set the clock, on a kernel of its own: Linux as a
# process (user-mode Linux), whose clock is nobody else's.  No name space has a wall clock of its own, and
# what a library pretends the kernel's timers do not see.  77: there is no such kernel here.
set -eu

# What that kernel starts: this script again.
if [ $$ = 1 ]; then
    mount -t proc proc /proc
    owner=$(stat -c %u "$1")
    status=0
    if [ "$owner" = 0 ]; then
        "$1" || status=$?
    else # whose plugins it trusts, for they are that user's
        setpriv --reuid="$owner" --clear-groups --inh-caps=+sys_time --ambient-caps=+sys_time \
            "$1" || status=$?
    fi
    echo "ended with $status"
    echo o >/proc/sysrq-trigger
    exec sleep 60
fi

command -v linux.uml >/dev/null || {
    echo "there is no user-mode Linux here"
    exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
TMPDIR=$scratch timeout 300 linux.uml mem=256M uml_dir="$scratch" root=/dev/root rootfstype=hostfs \
    hostfs=/ ro init="$(realpath "$0")" con=null con0=null,fd:1 quiet -- "$(realpath "$1")" \
    </dev/null >"$scratch/output" 2>&1 || true
sed -n '/^stepped_clock: /p; /^ended with /p' "$scratch/output"
grep -q '^ended with 0.*$' "$scratch/output" || {
    cat "$scratch/output"
    exit 1
}
