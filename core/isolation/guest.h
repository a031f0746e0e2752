/* SPDX-License-Identifier: MIT */
/* The other side of isolation: one executor with its plugin, whose scheduler is at the other end of a
 * socket.  What executor/ and function/ do for a scheduler they do here as well: the plugin finds the
 * same host, and its bodies run by the same code.
 *
 * A run has the token here that it has there: our table of runs mirrors that of the scheduler. */
#ifndef EZ_ISOLATION_GUEST_H
#define EZ_ISOLATION_GUEST_H

#include "base/loop.h"
#include "executor/executor.h"
#include "function/modules.h"
#include "isolation/begun.h"
#include "isolation/parcel.h"

/* How often the scheduler is told what is dealt with, and figures. */
#define EZ_GUEST_REPORT_EVERY (100 * EXECZ_MILLISECOND)
/* How seldom it is looked whether the loop is in a body. */
#define EZ_GUEST_TICK_MIN (250 * EXECZ_MILLISECOND)
/* How long the executor's threads have for their end. */
#define EZ_GUEST_JOIN_PATIENCE EXECZ_SECOND

/* Owned by the thread that is the loop, but for what is atomic or has a lock. */
typedef struct ez_guest {
    ez_loop loop;
    ez_mailbox mailbox;
    ez_modules *modules; /* owned */
    char *function_path; /* owned */
    ez_lingerers lingerers;
    ez_executor_services services;
    ez_executor *executor; /* owned */
    ez_begun begun;
    bool tells_begin;      /* no body begins but in run_body() */
    bool tells_coroutines; /* it wants to know which functions are some */
    pthread_t thread;
    atomic_bool in_body; /* the loop's thread is in one */
    atomic_bool wants_started;
    bool ended;

    ez_stream stream;
    pthread_mutex_t send_lock; /* of the socket: whole frames only */
    GPtrArray *pointers;       /* owned; for the run that is read */

    uint64_t n_done;
    bool changed; /* there may be something to report */
    int64_t report_at;
} ez_guest;

/* ---- guest.c --------------------------------------------------------------------------------- */

/* The life of a plugin host, from its first parcel to its end; what it exits with. */
int ez_guest_run(int socket, int image, int begun);

/* Sends what was written to stream, all of it. */
void ez_guest_send(ez_guest *self, ez_stream *stream);

/* ---- errands.c ------------------------------------------------------------------------------- */

/* Takes the parcels that have come; false at their end. */
bool ez_guest_take_parcels(ez_guest *self);

/* Takes what the executor has to say, and writes it to the stream. */
void ez_guest_take_messages(ez_guest *self);

/* Writes a report, if one is due. */
void ez_guest_report(ez_guest *self);

#endif
