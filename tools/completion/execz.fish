# SPDX-License-Identifier: MIT
# fish completion for execz.
complete -c execz -n __fish_use_subcommand -f -a '(execz complete commands 2>/dev/null)'
complete -c execz -n '__fish_seen_subcommand_from inspect run pause resume remove update history logs' \
    -f -a '(execz complete tasks 2>/dev/null)'
complete -c execz -n '__fish_seen_subcommand_from logs' -f -a '(execz complete runs 2>/dev/null)'
complete -c execz -n 'not __fish_use_subcommand' -f \
    -a '(execz (commandline -opc)[2] --help 2>/dev/null | string match -ar -- "--[a-z][a-z-]+" | sort -u)'
