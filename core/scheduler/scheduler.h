/* SPDX-License-Identifier: MIT */
/* The scheduler's state, for the files of this layer.
 *
 * Threads.  One thread at a time is the loop: it calls execz_scheduler_dispatch().  What API calls
 * and the loop share is guarded by one lock, which is never held while a plugin, a store, a
 * listener or the logger is called: the loop collects under the lock and calls without it.
 *
 * One pass of the loop:
 *   messages of executors -> results, events      (result.c)
 *   due tasks -> one store commit -> submissions  (dispatch.c)
 *   shutdown, if it was asked for                 (shutdown.c)
 *   the timers for the next pass */
#ifndef EZ_SCHEDULER_SCHEDULER_H
#define EZ_SCHEDULER_SCHEDULER_H

#include <execz/scheduler.h>

#include "base/index.h"
#include "base/loop.h"
#include "event/bus.h"
#include "executor/executor.h"
#include "executor/threads.h"
#include "function/modules.h"
#include "scheduler/entry.h"
#include "scheduler/wish.h"
#include "store/history.h"
#include "store/record.h"
#include "store/store.h"

/* A task somebody wants to run now. */
typedef struct ez_manual {
    ez_entry *entry; /* a reference */
    execz_time time;
} ez_manual;

#define EZ_FIRST_RETRY (10 * EXECZ_MILLISECOND) /* of a busy executor */

/* An executor of the configuration and the tasks that wait for it. */
typedef struct ez_executor_place {
    ez_executor *executor; /* owned */
    ez_wish *wish;         /* owned; what it was made of; NULL: it is not to be made again */
    ez_executor *next; /* [loop] owned; what it is upgraded to once that is ready; NULL: nothing */
    ez_line held;      /* [loop] what waits because it was busy */
    execz_time turn;   /* [loop] since when who is tried now has waited; EXECZ_TIME_NEVER: not */
    int64_t retry_at;  /* [loop] monotonic; when to try again without being asked */
    int64_t retry_delay; /* [loop] EZ_FIRST_RETRY, then longer and longer */
    size_t room;       /* [loop] runs that have ended, as far as somebody stands in line for that */
    int64_t told_busy; /* [loop] monotonic; when the log was told last; 0: never */
    bool abandoned;    /* [loop] runs of it were given up in this shutdown */

    /* On its way out (removal.c). */
    bool leaving;         /* guarded by the scheduler's lock, as the next */
    uint32_t leave_flags; /* EXECZ_SHUTDOWN_CANCEL or 0 */
    bool replaced;        /* another one has its alias */
    bool leave_begun;     /* [loop], as the next two */
    bool leave_cancelled;
    int64_t leave_by; /* monotonic; until when its threads have time to end; 0: not yet known */
} ez_executor_place;

/* A task that is due, on its way from under the lock. */
typedef struct ez_batch_item {
    ez_entry *entry; /* a reference */
    uint32_t source;
    ez_due due;
} ez_batch_item;

/* How far a shutdown has come; each step is taken once.  [loop] */
typedef struct ez_shutdown {
    bool begun;
    bool last;   /* what runs at shutdown was submitted, as far as there were places */
    bool closed; /* executors take nothing more */
    bool cancelled;
    bool forced;     /* so are the executors whose overwrite_wait had spared them */
    int64_t lost_at; /* monotonic; when unfinished runs are given up */
} ez_shutdown;

struct execz_scheduler {
    /* Fixed. */
    char *name; /* owned, as the next two */
    char *timezone;
    ez_task_defaults defaults;
    ez_task_tables tables; /* owned */
    ez_log log;
    const ez_clock *clock;
    ez_mailbox mailbox;
    ez_loop loop;
    ez_bus *bus;
    ez_history *history; /* owned; NULL: none is kept in memory */
    ez_runs *runs;
    ez_modules *modules;
    char *function_path; /* owned */
    ez_executor_services services;
    ez_threads background;  /* at most one: it is the loop */
    ez_lingerers lingerers; /* [loop] */

    pthread_mutex_t catalog_lock; /* guards catalog, which reads files */
    ez_catalog *catalog;
    ez_lock *plugin_lock;
    bool watches_plugins;
    _Atomic(struct ez_arrivals *) arrivals; /* owned; NULL: none are watched */
    unsigned n_next;                        /* [loop] places that have something next */
    bool brings_default; /* each start adds the executor "default", if there is none */
    char *no_default;    /* owned; why the last start could not; NULL: it could, or need not */
    GHashTable *broken_plugins; /* [loop] path -> sum, both owned: not to be loaded */

    /* Read by any thread. */
    _Atomic(void *) loop_thread;    /* who dispatched last; NULL: nobody since the last start */
    atomic_bool dispatching;        /* the loop is inside of execz_scheduler_dispatch() */
    atomic_uint_fast64_t n_blocked; /* tasks; changed with the lock held */
    atomic_bool recheck;            /* something came that blocked tasks may have waited for */

    /* Guarded by lock. */
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    uint32_t state;
    uint64_t n_stops;       /* how often it has come to a stop */
    uint32_t n_starts;      /* started so often: as many shutdowns stop it */
    ez_index tasks;         /* ez_entry by the id of its task; a reference each */
    unsigned n_walks;       /* under way, of entries.c */
    GPtrArray *dropped;     /* as of ez_entries_new(): entries that a walk may still come to */
    GHashTable *places;     /* alias -> ez_executor_place, owned */
    ez_heap due;            /* of ez_entry.node */
    GQueue manual;          /* ez_manual, owned */
    execz_time last_manual; /* run time of the last one of those */
    GQueue cancels;         /* of cancel.c */
    GQueue news;            /* of news.c */
    bool delivers_news;     /* some that were taken out of it are still to be delivered */
    GHashTable *pauses;     /* ez_entry -> ez_pause, owned: the paused ones */
    ez_heap resumptions;    /* of ez_entry.node: paused, by when they resume by themselves */
    GQueue resumed;         /* ez_entry, a reference each: the loop lets go of them, if need be */
    GQueue leaving;         /* ez_executor_place, owned: removed, but not yet ended */
    GQueue new_executors;   /* ez_executor_place, borrowed: to be started by the loop */
    GHashTable *modified;   /* ez_entry -> ez_task, owned: it is to be its task */
    bool durable;           /* what happens is committed to store, which is open */
    GArray *changes;        /* of changes.c: not yet committed */
    GHashTable *known;      /* ez_entry: in the start, those that the store knows; else NULL */
    uint64_t n_quarantined; /* tasks */
    uint32_t shutdown_flags;
    uint32_t n_cancels;        /* shutdowns asked to cancel: the second one means it */
    int64_t shutdown_deadline; /* monotonic */

    /* [loop] */
    ez_store *store;                /* owned; NULL: tasks are in memory only */
    ez_batch journal;               /* what is to be committed next */
    int64_t store_delay;            /* until a store that has failed is tried again; 0: it works */
    int64_t store_try_at;           /* monotonic; when that is */
    execz_time store_failing_since; /* 0: it works */
    ez_batch_item *batch;           /* owned, EZ_BATCH of them */
    ez_executor_place *recent;      /* of the last run that was sent in this pass; NULL: none */
    bool has_room;                  /* some place has */
    bool unflushed;                 /* runs were sent since executors were flushed last */
    ez_shutdown shutdown;
    bool holding;           /* it is paused: what is due by schedule and waits is not tried again */
    GPtrArray *left_behind; /* ez_executor_place, owned: removed, but threads still use it */
    ez_line blocked[2];     /* what is blocked: to be looked at in this sweep, and looked at */
    unsigned sweep;         /* which of the two is which: the former */
    bool sweep_again;       /* another one is to follow at once */
    ez_line gathering;      /* what is held until all that is due of its task is known */
    int64_t recheck_at;     /* monotonic; when blocked tasks are tried again unasked */
    GQueue ready;           /* ez_entry, a reference each, where one waits for a run's end */
    atomic_uint_fast64_t n_held;    /* of ez_held; read by any thread, as the next */
    atomic_uint_fast64_t n_waiting; /* run times that wait for a run of their task to end */
    atomic_uint_fast64_t n_retries; /* run times that wait for another attempt */
    ez_heap retries;                /* of ez_retry.node */
};

/* Due tasks taken in one pass: bounds how long the loop stays away from results. */
#define EZ_BATCH 1024

static inline ez_entry *
ez_entry_of(ez_heap_node *node)
{
    return (ez_entry *)((char *)node - offsetof(ez_entry, node));
}

/* What execz_scheduler_new() does, with a clock for tests. */
execz_scheduler *ez_scheduler_new(const execz_scheduler_options *options, const ez_clock *clock,
                                  execz_error *err);

/* Adds an executor with its options as settings with places; problems go to report.  An executor
 * whose plugin is there but cannot be used is added all the same. */
execz_status ez_scheduler_add_executor(execz_scheduler *self, const char *alias, const char *type,
                                       const ez_options_source *options, ez_report *report,
                                       execz_error *err);

/* Leaves it to others which executors there are: no start adds one.  Before the first start. */
void ez_scheduler_bring_no_default(execz_scheduler *self);

/* Dispatches until a shutdown is complete.  [loop] */
void ez_scheduler_run_loop(execz_scheduler *self);

/* EXECZ_STATE_*, as it is just now. */
uint32_t ez_scheduler_state(execz_scheduler *self);

/* Whether the calling thread is the one that dispatched last. */
bool ez_scheduler_is_loop(execz_scheduler *self);

/* Puts a change where the next commit takes it. */
void ez_scheduler_change_locked(execz_scheduler *self, uint32_t kind, ez_entry *entry);

/* Commits what has gathered, unless the store has just failed; last: in any case.  [loop], or while
 * stopped */
void ez_scheduler_commit(execz_scheduler *self);
void ez_scheduler_commit_last(execz_scheduler *self);

/* The place of an alias; NULL if there is none. */
ez_executor_place *ez_scheduler_find_place(execz_scheduler *self, const char *alias);

/* Frees an executor that is free of threads. */
void ez_scheduler_free_place(void *place);

/* All places, those on their way out included; free with g_ptr_array_unref(). */
GPtrArray *ez_scheduler_list_places(execz_scheduler *self);

/* The entry of a task, borrowed; NULL with err filled if there is none of that id. */
ez_entry *ez_scheduler_find_entry_locked(execz_scheduler *self, const char *id, execz_error *err);

/* Has it due when its schedule says. */
void ez_scheduler_plan_locked(execz_scheduler *self, ez_entry *entry);

/* The tasks of the table that wanted says yes to; an array as of ez_entries_new(). */
GPtrArray *ez_scheduler_list_entries(execz_scheduler *self,
                                     bool (*wanted)(const ez_entry *entry, const void *user),
                                     const void *user);

/* Ends what was asked for by hand and not yet submitted, as CANCELLED.  [loop] */
void ez_scheduler_cancel_manual(execz_scheduler *self);

/* Calls each for every task that is in the table all the while, and for some that come or go, with the
 * lock held; but gives it back now and then, so that nobody waits long for it however many there are.
 * each may drop the entry. */
void ez_scheduler_walk(execz_scheduler *self,
                       void (*each)(execz_scheduler *self, ez_entry *entry, void *user),
                       void *user);

/* Takes the entry out of all tables. */
void ez_scheduler_drop_locked(execz_scheduler *self, ez_entry *entry);

/* All tasks, taken out of all tables. */
typedef struct ez_dropped {
    ez_index tasks;
    ez_heap due, resumptions;
    GHashTable *pauses, *modified;
} ez_dropped;

/* The same of all of them, at once; what they have waiting is left to the loop.  What is left to be freed
 * goes to dropped_out, for ez_scheduler_free_dropped() without the lock.  Returns how many there were. */
size_t ez_scheduler_drop_all_locked(execz_scheduler *self, ez_dropped *dropped_out);
void ez_scheduler_free_dropped(ez_dropped *dropped);

/**
 * Drops the entry and tells so, once its trigger is finished and nothing of it runs or waits.
 * [loop]
 */
void ez_scheduler_retire(execz_scheduler *self, ez_entry *entry);

#endif
