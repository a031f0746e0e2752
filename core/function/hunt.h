/* SPDX-License-Identifier: MIT */
/* Finds the whole tree of processes of one command and signals it, also those that left the
 * session, the group and their parent.  docs/decisions/0004-trees.md says how, and what escapes. */
#ifndef EZ_FUNCTION_HUNT_H
#define EZ_FUNCTION_HUNT_H

#include "function/kin.h"

#include <stdatomic.h>

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
    bool complete;    /* when frozen: nobody was missing */
    GHashTable *seen; /* pid -> began, of those signalled in this stage */
} ez_hunt;

/* Begins to send signal_number to every living process of tree: SIGTERM, SIGKILL, or 0 to see who
 * is left.  Done by a thread that all hunts share, which comes and goes with them; wait for done_fd
 * (if it is not -1) and ez_hunt_is_done() before anything else is done with self. */
void ez_hunt_start(ez_hunt *self, const ez_tree *tree, int signal_number);
bool ez_hunt_is_done(const ez_hunt *self);
void ez_hunt_deinit(ez_hunt *self);

/* Between these, what is found out about processes is kept for the next hunt, which is then quicker.
 * For who begins to stop a command, and will hunt again. */
void ez_hunt_remember(void);
void ez_hunt_forget(void);

/* Signals the command's process group, at once; nothing if that is gone. */
void ez_hunt_signal_group(const ez_tree *tree, int signal_number);

/* ---- for the hunter ---- */

/* Of one stage.  Who is not caught by then is faster than anybody who looks can be. */
#define EZ_HUNT_ROUNDS_MAX 100u

/* Lets it look at those of a census who are of its tree; whether it was its last round.  unclear:
 * somebody may be of the tree and not look like it. */
bool ez_hunt_take_round(ez_hunt *self, GPtrArray *members, bool unclear);

/* Self may be gone after these. */
void ez_hunt_finish(ez_hunt *self);
void ez_hunt_give_up(ez_hunt *self, const char *why);

#endif
