/* SPDX-License-Identifier: MIT */
/* The pool: its workers, its queue, and who may touch what. */
#ifndef PROCESSPOOL_POOL_H
#define PROCESSPOOL_POOL_H

#include <execz/sdk.h>

#include "arena.h"
#include "wire.h"

#include <pthread.h>
#include <sys/types.h>

/* ---- what the operator asked for ------------------------------------------------------------ */

typedef struct settings {
    uint32_t max_workers;
    uint32_t max_tasks;   /* runs of one worker; 0: no limit */
    uint32_t queue_limit; /* 0: no limit */
    int64_t idle_timeout; /* 0: never */
    char *program;        /* execz-worker, absolute; owned */
} settings;

/* ---- workers -------------------------------------------------------------------------------- */

/* Being forked, or busy with its initializer: takes nothing yet. */
#define WORKER_STARTING 0u
#define WORKER_READY 1u
/* Was told to end after what it has. */
#define WORKER_LEAVING 2u
/* Gone or as good as gone: only the zygote's report of its end is missing. */
#define WORKER_DYING 3u

/* Why the pool itself has killed a worker. */
#define KILLED_NOT 0u
#define KILLED_TIMEOUT 1u
#define KILLED_CANCELLED 2u
#define KILLED_STOPPED 3u /* somebody has stopped it, and it did not go on */
#define KILLED_BROKEN 4u  /* its answers make no sense */
#define KILLED_SHUTDOWN 5u
#define KILLED_HEADLESS 6u /* its main thread has ended, and left the process behind */

typedef struct pool pool;

typedef struct worker {
    pool *pool;
    uint32_t number; /* of all workers of this start; never used twice */
    uint64_t mark;   /* by which the processes of its commands are known */
    int socket;
    wire_ring *ring;
    arena memory; /* of the ring */

    /* Guarded by pool->lock. */
    uint32_t state; /* WORKER_... */
    int spare;      /* more than are wanted: see spare.c */
    pid_t pid;      /* 0: not forked yet */
    int pidfd;      /* -1: likewise */
    uint32_t published;
    uint32_t oldest;    /* of the frames without a result */
    uint32_t inflight;  /* frames that have a submission */
    uint32_t area_used; /* bytes; back to 0 whenever nothing is in flight */
    uint32_t given;     /* runs, in all */
    uint32_t depth;     /* runs it may have at a time while the queue is long */
    execz_submission *runs[WIRE_CELLS];
    uint32_t begun;        /* index + 1 of the frame whose start was reported */
    uint32_t killed;       /* KILLED_... */
    int unborn;            /* it went before it could take a run, or be a spare */
    int loading;           /* a frame is being copied into the arena */
    int64_t busy_since;    /* monotonic: when the frame in hand was seen to begin; 0: none */
    int64_t idle_since;    /* monotonic; 0: it is not idle */
    int64_t kill_at;       /* monotonic; INT64_MAX: not planned */
    int64_t stopped_since; /* monotonic: somebody has stopped it; 0: it goes */
    int64_t owed_since;    /* monotonic: the zygote has to tell its start or end; 0: it has not */
    uint32_t kill_reason;  /* for kill_at */
    struct worker *next_idle;
    struct worker *next; /* in pool->workers */

    /* The supervisor's own. */
    arena arguments;   /* host to worker */
    arena results;     /* worker to host */
    int results_error; /* why that one could not be taken, a positive errno; 0: it was */
    uint32_t read;     /* bytes of records */
    int told;          /* why it does not become ready: the pool knows already */
    int news;          /* there may be something to collect */
    uint32_t verdict;  /* KILLED_...: what the timers have decided */
    int64_t look_at;   /* monotonic: whether its main thread is alive; 0: not planned */
    int64_t look_wait;
    int look;
} worker;

/* ---- runs ----------------------------------------------------------------------------------- */

/* The results so far of a run with several run times, which are executed one after another. */
typedef struct series {
    uint32_t at; /* the run time in hand */
    execz_result results[EXECZ_RUN_TIMES_MAX];
} series;

/* What the pool itself knows of a submission: its `user`.  One for each EXECZ_RUN_INDEX(). */
typedef struct place {
    execz_submission *next, *previous; /* in the queue; next also among the late */
    int queued;
    execz_duration grace; /* later than this it is MISSED; < 0: never */
    series *several;      /* owned; NULL: it has one run time */
} place;

#define PLACES_CHUNK 1024u
#define PLACES_CHUNKS (EXECZ_RUNS_MAX / PLACES_CHUNK)

static inline place *
place_of(const execz_submission *submission)
{
    return (place *)submission->user;
}

/* ---- the pool ------------------------------------------------------------------------------- */

struct pool {
    execz_base *base;
    const execz_host *host;
    settings settings;
    _Atomic(place *) places[PLACES_CHUNKS]; /* each owned; made on the loop */
    int bell;       /* eventfd: workers and other threads wake the supervisor */
    int loop_bell;  /* eventfd: workers wake the loop, if lends_loop */
    int lends_loop; /* the host does */
    int epoll;      /* of the bell, the zygote's and the workers' sockets */

    _Atomic uint32_t runs; /* accepted, not finished */
    pthread_mutex_t baton; /* of whoever is the supervisor: its thread, but not while that sleeps */
    pthread_mutex_t lock;
    /* Guarded by lock. */
    execz_submission *first; /* the queue */
    execz_submission *last;
    uint32_t queued;
    worker *workers;    /* all, also those that are dying */
    worker *idle;       /* ready, with nothing in hand; the latest first */
    worker *spare;      /* NULL: there is none */
    uint32_t n_modules; /* that runs have needed */
    char modules[WIRE_WISHES][WIRE_WISH_SIZE];
    int64_t spare_from; /* monotonic: no fork of a new one before, unless nothing runs */
    uint32_t n_workers; /* starting or ready, without the spare */
    uint32_t n_starting;
    uint32_t n_busy;
    uint32_t target; /* workers there should be: grows with demand, up to max_workers */
    int supervisor_sleeps;
    int naps;  /* and it may only nap */
    int woken; /* while it was awake: there may be something that it has passed already */
    atomic_int stopping;
    int ended;              /* the supervisor is gone: nothing can be run any more */
    uint32_t failures;      /* of workers in a row to become ready */
    int64_t hold_until;     /* monotonic: no fork before */
    char trouble[512];      /* why the last one did not; empty: none */
    int unusable;           /* it said so itself: its initializer has failed, or a limit */
    execz_submission *late; /* taken from the queue after their misfire grace time */

    /* The supervisor's own. */
    int took;          /* something, while the loop was in its place */
    int64_t planned;   /* monotonic: when it wakes up by itself; INT64_MAX: it does not */
    int zygote_socket; /* -1: there is none */
    int zygote_pidfd;
    pid_t zygote_pid;
    int zygote_ready;
    uint32_t zygote_deaths; /* in a row */
    uint32_t numbers;       /* of workers, used up */
    int64_t ending_since;   /* monotonic: when the workers were told to end; 0: not yet */
};

int64_t pool_now(void); /* the monotonic clock, whatever the host's says */

/* Wakes the supervisor. */
void pool_wake_locked(pool *self);

/* ---- program.c ------------------------------------------------------------------------------- */

/* The path of the worker program, which the caller frees. */
execz_status program_find(const execz_base *base, char **program_out, execz_error *err);

/* ---- queue.c: by priority, and by arrival among equals --------------------------------------- */

void queue_push_locked(pool *self, execz_submission *submission);
/* Back to where it came from: before all others of its priority. */
void queue_push_back_locked(pool *self, execz_submission *submission);
int queue_take_locked(pool *self, execz_submission *submission); /* whether it was there */

/* ---- link.c: one worker, seen from here ------------------------------------------------------ */

/* Makes the memory and the socket of a worker; *socket_out and *memory_out are its ends, for the
 * zygote.  NULL with errno if the system has none left. */
worker *worker_new(pool *owner, int *socket_out, int *memory_out);
void worker_free(worker *self);

/* Whether a frame of length bytes can be given now. */
int worker_has_room_locked(worker *self);

/* Has it look around, if it sleeps. */
void worker_wake(worker *self);
/* Whether it has so much in hand that it need not be waited for. */
int worker_is_fast_locked(const worker *self);

/* Puts a run into the next cell.  0; -ENOSPC if it has no room; -EFBIG if it needs the arena. */
int worker_give_locked(worker *self, execz_submission *submission);
void worker_quit_locked(worker *self);

/* Copies a run that needs the arena, without the lock, and publishes it; worker and submission were
 * reserved by worker_reserve_locked().  A negative errno if there is no memory for it, or it was
 * cancelled; then its submission is still where it was.  [supervisor] */
void worker_reserve_locked(worker *self, execz_submission *submission);
int worker_load(worker *self);

/* Takes the newest frame back that has not begun; NULL if there is none. */
execz_submission *worker_retract_newest_locked(worker *self);
/* Takes this one back; false if it has begun. */
int worker_retract_locked(worker *self, uint32_t index);
/* Whether the worker has begun the frame. */
int worker_has_begun(const worker *self, uint32_t index);
/* Moves `oldest` over frames that have no submission any more. */
void worker_skip_locked(worker *self);

void worker_kill_locked(worker *self, uint32_t reason);
/* Takes the messages of its socket; false if its end is closed.  [supervisor] */
int worker_receive(worker *self);

/* ---- frame.c: a run as bytes ----------------------------------------------------------------- */

/* The length of the frame. */
uint64_t frame_measure(const execz_submission *submission);
/* Writes it to bytes, which has room for it. */
void frame_write(const execz_host *host, const execz_submission *submission, unsigned char *bytes);
execz_time submission_run_time(const execz_submission *submission);

/* ---- dispatch.c: which worker gets which run ------------------------------------------------- */

/* Futexes to be woken once the lock is released. */
typedef struct wakes {
    _Atomic uint32_t *at[8];
    uint32_t n;
} wakes;

void wakes_add_locked(wakes *self, worker *of);
void wakes_deliver(wakes *self);

/* Gives queued runs to idle workers. */
void dispatch_locked(pool *self, wakes *due);
/* Gives more to a worker that has just answered; makes it idle if there is nothing. */
void dispatch_more_locked(worker *self, wakes *due);
/* Takes back what waits behind a run that takes its time. */
void dispatch_relieve_locked(worker *self);
/* Takes back all that has not begun. */
void dispatch_take_back_locked(worker *self);
void dispatch_not_idle_locked(worker *self);
/* Finishes as MISSED what dispatch has put aside.  Without the lock. */
void dispatch_finish_late(pool *self);

/* ---- spare.c: one worker more than are wanted ------------------------------------------------ */

/* Whether there are fewer workers than there should be. */
int spare_is_wanted_locked(const pool *self);
/* Puts the spare, if there is one, in the place of a worker that is missing. */
void spare_promote_locked(pool *self, wakes *due);
/* Whether one should be forked now. */
int spare_is_missing_locked(const pool *self);
/* Ends it with the last worker. */
void spare_dismiss_locked(pool *self);
/* This one has ended well: the spare loads its module, too. */
void spare_learn_locked(pool *self, const execz_task *task);
/* Tells a new spare what there is to load. */
void spare_teach_locked(worker *self);

/* ---- results.c: what workers answer ---------------------------------------------------------- */

/* Takes what there is of a worker's records and starts, up to so many batches of records: a worker
 * may write as fast as they are read.  [supervisor] */
void results_collect(worker *self, uint32_t batches);
#define RESULTS_ALL UINT32_MAX /* of a worker that writes no more */

/* ---- news.c: whether there is something to take, and by whom --------------------------------- */

/* Whether there is something to take.  Before sleeping: sets the flag that makes the worker ring
 * a bell. */
int news_of_locked(worker *self, int sleeping);
/* The supervisor, not the loop, takes what this worker tells next. */
void news_are_the_supervisors_locked(worker *self);
/* Whether what is to be taken first is too large to take it on the loop. */
int news_are_large(const worker *self);

/* ---- finish.c -------------------------------------------------------------------------------- */

/* Ends the run in hand (its frame is the oldest) with this result for its run time. */
void run_finish(pool *self, execz_submission *submission, const execz_result *result);
/* Finishes a run that was cancelled before it began. */
void run_finish_cancelled(pool *self, execz_submission *submission);
/* Ends a run that could not be loaded: with this message, or as cancelled if it was. */
void run_finish_unloaded(worker *self, const char *message);

/* ---- cancel.c -------------------------------------------------------------------------------- */

void run_cancel(execz_base *base, execz_run run); /* the hook of this name */

/* ---- deaths.c: what an end of a worker or of the zygote means --------------------------------- */

/* The worker is gone, or must go: what it had not begun goes to others.  [supervisor] */
void death_begin(worker *self, uint32_t reason);
/* The zygote has reaped it: what it had begun ends as this tells, and self is freed. */
void death_complete(worker *self, const wire_message *exited);
/* The zygote is gone, and all workers with it; its end was status. */
void death_of_zygote(pool *self, int status);
void death_of_all(pool *self, const char *why);
/* A worker could not be forked or has not become ready. */
void death_unborn(pool *self, const char *why);

/* ---- hopeless.c ------------------------------------------------------------------------------ */

/* While the pool drains and no worker becomes ready: cancels what waits for one.  [supervisor] */
void hopeless_cancel(pool *self);

/* ---- zygote.c: the process that forks the workers --------------------------------------------- */

/* Spawns it. */
execz_status zygote_start(pool *self, execz_error *err);
/* Asks for as many workers as the pool should have. */
void zygote_want_workers(pool *self);
/* Takes its messages; false if it is gone. */
int zygote_receive(pool *self);
/* Ends it and everything it has forked, and reaps it.  *status_out as of wait(2). */
void zygote_end(pool *self, int *status_out);

/* ---- supervisor.c ---------------------------------------------------------------------------- */

void supervise(void *argument); /* a pool: the supervisor thread */
/* Takes what a worker has to tell, up to so many batches.  [supervisor] */
void supervisor_look_after(worker *self, uint32_t batches);

/* What an event of epoll is about; workers have TAG_WORKER + number. */
#define TAG_BELL 0u
#define TAG_ZYGOTE 1u
#define TAG_WORKER 2u
int supervisor_watch(pool *self, int fd, uint32_t tag);

/* ---- stand_in.c: the loop in the place of the supervisor ------------------------------------- */

void stand_in_start(pool *self);
void stand_in_stop(pool *self);

/* ---- timers.c -------------------------------------------------------------------------------- */

/* Does what is due; how long until the next, -1 if there is none. */
int64_t timers_run(pool *self);
/* When there is something to do for a worker's run, or for want of one: monotonic, INT64_MAX: never. */
int64_t timers_next_locked(const worker *self);

#endif
