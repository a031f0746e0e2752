#!/bin/sh
# SPDX-License-Identifier: MIT
# far_clock.sh PROGRAM: runs it where the monotonic clock is ten years ahead.  77: not allowed here.  The
# wall clock is the same in all name spaces: stepped_clock.sh sets that.
set -eu

far="--monotonic 315360000 --boottime 315360000"
# shellcheck disable=SC2086 # a list of words
if ! unshare --user --map-root-user --time $far --fork true 2>/dev/null; then
    echo "no time namespace is to be had here"
    exit 77
fi
# shellcheck disable=SC2086
exec unshare --user --map-root-user --time $far --fork "$1"
