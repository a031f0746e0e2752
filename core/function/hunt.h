/* SPDX-License-Identifier: MIT */
/* Finds the whole tree of processes of one command and signals it, also those that left the
 * session, the group and their parent.  docs/decisions/0004-trees.md says how, and what escapes. */
#ifndef EZ_FUNCTION_HUNT_H
#define EZ_FUNCTION_HUNT_H

#include "function/census.h"

#include <stdatomic.h>

/* By what the processes of a command are known. */
typedef struct ez_tree {
    pid_t pid;        /* of the command, whose session and group have this number, too */
    int pidfd;        /* of the command */
    uint64_t began;   /* ez_census_now() before it began */
    uint64_t pipe;    /* inode of the pipe that its output goes to */
    const char *mark; /* its EZ_MARK_NAME */
} ez_tree;

typedef struct ez_hunt {
    ez_tree tree;  /* all below: of the hunter, until done */
    int signal;    /* 0: only look */
    uint32_t left; /* found alive, and not killed by this */
    uint32_t killed;
    uint32_t refused; /* of left: it is not for us to signal them */
    int one_left;     /* a pidfd of one of left, owned by who asked; -1: there is none */
    char *error;      /* why only the group was signalled; owned; NULL: it was found */

    int done_fd; /* readable when done */
    atomic_bool done;
    unsigned rounds;
    bool frozen;
    GHashTable *seen; /* pid -> began, of those signalled in this stage */
} ez_hunt;

/* Begins to send signal_number to every living process of tree: SIGTERM, SIGKILL, or 0 to see who
 * is left.  Done by a thread that all hunts share, which comes and goes with them; wait for done_fd
 * (if it is not -1) and ez_hunt_is_done() before anything else is done with self. */
void ez_hunt_start(ez_hunt *self, const ez_tree *tree, int signal_number);
bool ez_hunt_is_done(const ez_hunt *self);
void ez_hunt_deinit(ez_hunt *self);

/* Signals the command's process group, at once; nothing if that is gone. */
void ez_hunt_signal_group(const ez_tree *tree, int signal_number);

#endif
