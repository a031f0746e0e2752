/* SPDX-License-Identifier: MIT */
/* One started executor, and the runs on its loop. */
#ifndef ASYNCIO_H
#define ASYNCIO_H

#include "loop.h"
#include "pool.h"

typedef struct asyncio {
    loop loop; /* first: it begins on a cache line */
    execz_base *base;
    pool pool;
    const execz_loop_ext *host_loop; /* whose thread our loop lives on; NULL: on one of its own */

    execz_submission *last_pending; /* [loop] the end of loop.pending */

    /* [loop of the scheduler] */
    bool thread_started;   /* of the loop's own */
    uint32_t max_commands; /* there are descriptors for so many at once */
    pthread_t ready;       /* the thread that was readied for overflows */

    _Atomic uint32_t commands;            /* accepted, not finished */
    _Atomic(execz_submission *) starting; /* newest first */
    loop_message start_message;           /* on its way if starting is not empty */
} asyncio;

/* The user of a submission that went to the pool; else it is the coroutine, or NULL. */
extern char runs_pooled;

/* The user of run's submission; NULL if that is another run's by now.  [any-thread] */
void *runs_user(execz_base *base, execz_run run);

/* Lets a run, for which a stack was reserved, begin on the loop.  [the loop's thread] */
void runs_add(asyncio *self, execz_submission *run);

/* The same.  [the thread that sends tasks, if it is another] */
void runs_send(asyncio *self, execz_submission *run);

/* Takes what runs_send() has sent; a loop_message's take. */
void runs_take(loop *on, loop_message *message);

/* loop_options.begin and end: a run is finished last of all, for then its task may be gone. */
coroutine *runs_begin(loop *on);
void runs_end(loop *on, void *owner);

/* Wakes the coroutine of a run, which was marked cancelled, with -ECANCELED.  [any-thread] */
void runs_cancel(asyncio *self, execz_run run);

#endif
