/* SPDX-License-Identifier: MIT */
/* What a command inherits from the process that starts it: the scheduler's, as the zygote got it,
 * whatever functions have made of it in their worker since. */
#ifndef PROCESSPOOL_WORKER_SURROUNDINGS_H
#define PROCESSPOOL_WORKER_SURROUNDINGS_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

/* What a worker had before a command. */
typedef struct surroundings {
    int directory; /* O_PATH; -1: it was the scheduler's */
    mode_t mask;
    char **environment;
    struct sigaction child; /* of SIGCHLD: where that is ignored, nobody hears how a command ends */
} surroundings;

/* Remembers those of this process, which has run no code but ours; 0 or a negative errno. */
int surroundings_remember(void);
/* Marks this process, just forked, and what is remembered; see sweep.h. */
void surroundings_mark(uint64_t mark);

/* Takes the remembered ones.  0 or a negative errno: then all is as before. */
int surroundings_take(surroundings *before);
void surroundings_give_back(const surroundings *before);

#endif
