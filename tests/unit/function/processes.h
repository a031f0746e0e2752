/* SPDX-License-Identifier: MIT */
/* Processes as commands might leave them. */
#ifndef EZ_TESTS_FUNCTION_PROCESSES_H
#define EZ_TESTS_FUNCTION_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct process_kind {
    const char *mark;   /* NULL: no environment at all */
    bool piped;         /* its stdout is a pipe of its own */
    bool session;       /* leads one */
    const char *script; /* NULL: it only waits */
} process_kind;

typedef struct process {
    pid_t pid;
    int pidfd;
    int read_fd;
    uint64_t pipe; /* inode; 0: none */
} process;

/* A child that is what kind says when this returns. */
process process_start(process_kind kind);

/* Kills it and waits until it is dead, but not reaped. */
void process_kill(process *self);
bool process_is_dead(const process *self);

/* Reaps it after all. */
void process_end(process *self);

#endif
