/* SPDX-License-Identifier: MIT */
/* An executor whose plugin runs in another process, the plugin host: its calls become parcels to that
 * process, and what comes back becomes calls of the host's table.
 *
 * All of it is done on the scheduler's loop, which never waits for the plugin host: what that does not
 * read stays in the stream's buffer, and above a limit the executor is busy.  Only an end is waited
 * for, a moment.
 *
 *     STARTING ---ready---> RUNNING ---dead---> SWEEPING ---swept---> RESTING ---time---> STARTING
 *        \--dead or failed--------------------------^  \------------------\--too often---> BROKEN
 *                                                       \--never ready---------------------^
 *
 * A run is in the plugin host from send_task() until its end comes.  What had begun there when the host
 * died is LOST, and what may have; what had not is kept here and sent to the next one.  A run that the
 * plugin was too busy for comes back, is kept and sent again as well, and until then no other is
 * taken. */
#ifndef EZ_ISOLATION_PROXY_H
#define EZ_ISOLATION_PROXY_H

#include "executor/isolator.h"
#include "isolation/begun.h"
#include "isolation/crashes.h"
#include "isolation/parcel.h"
#include "isolation/plugin_host.h"

#include <pthread.h>

enum ez_proxy_state {
    EZ_PROXY_STARTING,
    EZ_PROXY_RUNNING,
    EZ_PROXY_SWEEPING,
    EZ_PROXY_RESTING,
    EZ_PROXY_BROKEN,
};

/* How long an end is waited for, before the plugin host is killed. */
#define EZ_PROXY_END_PATIENCE (2 * EXECZ_SECOND)
/* Bytes that may wait to be sent; above, the executor is busy. */
#define EZ_PROXY_WAITING_MAX (8u << 20)
/* Bytes that are sent without waiting for more. */
#define EZ_PROXY_SEND_AT (64u << 10)
/* When one run that the plugin was too busy for is sent again, unless one ends before. */
#define EZ_PROXY_BUSY_DELAY (20 * EXECZ_MILLISECOND)
/* So many plugin hosts may die before a run begins; then it is LOST, too: perhaps it is why. */
#define EZ_PROXY_DEATHS_MAX 3u
/* How late a plugin host may tell that a call has returned. */
#define EZ_PROXY_REPORT_DELAY EXECZ_SECOND

/* A run that was taken and has not ended. */
typedef struct ez_proxy_run {
    execz_run run; /* first: the key */
    const execz_task *task;
    const execz_time *times;
    uint64_t number; /* of all that were taken, in their order */
    uint32_t n;
    uint32_t deaths; /* of plugin hosts that had it, and in which it had not begun */
    bool cancelled;
    bool there; /* in the plugin host */
    GList link; /* in refused, if it is not */
} ez_proxy_run;

/* All of it [loop], except where it says otherwise. */
typedef struct ez_proxy {
    ez_isolated what;
    char *program; /* owned */
    const execz_loop_ext *loop;
    int epoll; /* of the next three, watched by the loop */
    int timer;
    int64_t armed; /* when it goes off; EXECZ_TIME_NEVER */
    ez_plugin_host host;
    ez_begun begun; /* in that, or in the last one */
    ez_stream stream;
    bool wants_room; /* something waits to be sent: epoll watches for room */

    enum ez_proxy_state state;
    bool first;        /* it has not been ready yet */
    execz_error error; /* why it is not: what the plugin host has said, or we about it */
    bool accused;      /* we have killed it for what error says */
    ez_crashes crashes;
    int64_t restart_at; /* while RESTING */

    GHashTable *runs; /* of ez_proxy_run, owned */
    GQueue refused;   /* of those that are not there, in their order */
    int64_t resend_at;
    uint32_t room; /* runs that have ended since: so many are sent again */

    /* Parcels that the plugin host has not dealt with: what they were, the oldest first. */
    GByteArray *calls; /* EZ_PARCEL_* */
    uint64_t n_done;
    int64_t since; /* since when it is at the oldest */

    bool shut;      /* it takes no more */
    bool shut_told; /* the plugin host was told so */
    uint32_t flags; /* of the shutdown, as the next */
    int64_t deadline;
    bool ending; /* destroy() has begun */

    _Atomic(char *) broken; /* owned; why it is; [any-thread] */
    atomic_uint workers, busy, queued;
    pthread_mutex_t health_lock;
    uint32_t health; /* guarded by it, as the next; what the plugin has told last, or we of it */
    execz_error ill;
    atomic_uint_fast64_t accepted, finished, refusals;
} ez_proxy;

static inline int64_t
ez_proxy_now(void)
{
    return ez_clock_monotonic(ez_clock_system());
}

/* ---- proxy.c --------------------------------------------------------------------------------- */

extern const ez_isolator ez_proxy_isolator;

/* Watches a descriptor of the plugin host. */
bool ez_proxy_watch(ez_proxy *self, int fd);

/* Does what there is to do, and sets the timer for what there will be. */
void ez_proxy_step(ez_proxy *self);

/* Keeps it for whoever asks: EXECZ_HEALTH_*, and why. */
void ez_proxy_note_health(ez_proxy *self, uint32_t health, const char *format, ...)
    EXECZ_PRINTF(3, 4);

/* ---- conversation.c: parcels ----------------------------------------------------------------- */

/* Writes the first one. */
void ez_proxy_put_start(ez_proxy *self);
void ez_proxy_put_run(ez_proxy *self, ez_proxy_run *run);
void ez_proxy_put_cancel(ez_proxy *self, execz_run run);
void ez_proxy_put_shutdown(ez_proxy *self);
void ez_proxy_put_end(ez_proxy *self);

/* Sends what fits. */
void ez_proxy_send(ez_proxy *self);

/* Takes what has come; as ez_stream_receive(). */
int64_t ez_proxy_receive(ez_proxy *self);

/* Sends again what the plugin was too busy for, as much as there is room for. */
void ez_proxy_resend(ez_proxy *self);

/* Keeps a run that is in the plugin host no more, to be sent again. */
void ez_proxy_keep(ez_proxy *self, ez_proxy_run *run);

/* Ends a run here, n of its run times with this outcome; it is freed. */
void ez_proxy_end_run(ez_proxy *self, ez_proxy_run *run, uint32_t outcome, const char *message);

/* ---- life.c: its plugin hosts, one after another ----------------------------------------------- */

/* Starts one.  EXECZ_OK: it is STARTING. */
execz_status ez_life_begin(ez_proxy *self, execz_error *err);

/* Looks whether it has died, has been too long at a call, or is to be started again. */
void ez_life_step(ez_proxy *self);

/* When to look next; EXECZ_TIME_NEVER. */
int64_t ez_life_next_step(const ez_proxy *self);

/* Kills it for this reason, which is told. */
void ez_life_accuse(ez_proxy *self, const char *format, ...) EXECZ_PRINTF(2, 3);

/* Ends it, for good, and waits for that. */
void ez_life_end(ez_proxy *self);

#endif
