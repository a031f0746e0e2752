/* SPDX-License-Identifier: MIT */
/* What the executors under check live in: the services of the real host, a loop on a thread of its
 * own, a wall clock that can be turned, and the ledger of the bodies.  There is one of it.
 *
 * The main thread checks; whatever is [loop] in the contract happens on the loop's thread, and only
 * there. */
#ifndef EZ_CHECK_WORLD_H
#define EZ_CHECK_WORLD_H

#include "executor/host.h"
#include "function/modules.h"
#include "base/loop.h"

#include "ledger.h"

typedef struct ez_world {
    ez_executor_services services;
    ez_loop loop; /* [loop] */
    ez_ledger *ledger;
    char ledger_path[64];   /* of a file that any process of this user can map */
    char *directory;        /* of the module with the bodies, and of this program */
    char *program;          /* this one */
    _Atomic int64_t turned; /* by so much the wall clock is ahead */
    int64_t gives_up_at;    /* monotonic */
    /* Takes what the loop finds in the mailbox: a run that has ended.  [loop] */
    void (*ended)(ez_run *run);
} ez_world;

extern ez_world ez_the_world;

/* patience: how long anything is waited for. */
void ez_world_open(execz_duration patience);

/* Has function(argument) called on the loop; the second waits until it has returned. */
void ez_world_post(void (*function)(void *), void *argument);
void ez_world_call(void (*function)(void *), void *argument);

/* Whether everything that was posted has been done. */
bool ez_world_is_idle(void);

/* Waits until is(argument); gives up, and then it is false. */
bool ez_world_wait(bool (*is)(void *argument), void *argument);
bool ez_world_wait_for(bool (*is)(void *argument), void *argument, execz_duration at_most);

/* Something that is waited for may be so now.  [any-thread] */
void ez_world_changed(void);

/* What a run's thread, the loop and the thread that checks do happens in an order that we know; a
 * thread sanitizer that watches the plugin alone has to be told.  [any-thread] */
void ez_world_release(void);
void ez_world_acquire(void);

/* Whether this is the loop's thread. */
bool ez_world_is_loop(void);

int64_t ez_world_now(void); /* monotonic */

/* How often something is repeated that shows its faults the sooner the more often: n times, and under a
 * sanitizer, where each costs ten times as much and much is seen at the first, a quarter of them. */
unsigned ez_world_times(unsigned n);

/* A pause of a millisecond. */
void ez_world_nap(void);

#endif
