# SPDX-License-Identifier: MIT
# bash completion for execz: commands, options as each command's help names them, and tasks of the scheduler
# that runs.
_execz() {
    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]-} words=
    if [ "$COMP_CWORD" -eq 1 ]; then
        words=$(execz complete commands 2>/dev/null)
    elif [[ $word == -* ]]; then
        words=$(execz "$command" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]+' | sort -u)
    else
        case $command in
        inspect | run | pause | resume | remove | update | history)
            words=$(execz complete tasks 2>/dev/null) ;;
        logs)
            words=$(execz complete tasks 2>/dev/null; execz complete runs 2>/dev/null) ;;
        *) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _execz execz
