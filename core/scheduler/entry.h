/* SPDX-License-Identifier: MIT */
/* A task in the working set: its schedule, and what is going on with it.
 *
 * There may be a million of them, so that what few of them need lies behind a pointer. */
#ifndef EZ_SCHEDULER_ENTRY_H
#define EZ_SCHEDULER_ENTRY_H

#include "base/heap.h"
#include "executor/run.h"
#include "scheduler/line.h"
#include "task/due.h"

#include <execz/event.h>

#include <stdatomic.h>

/* What is due of a task from one source, and waits for its executor or until nothing blocks it. */
typedef struct ez_held {
    ez_waiter waiter;     /* first */
    struct ez_held *next; /* of the same entry, from another source */
    uint32_t source;      /* EXECZ_SOURCE_* */
    uint32_t n;
    bool waits; /* as in ez_due, as the next */
    uint64_t coalesced;
    execz_time *times; /* owned; n of them, ascending */
} ez_held;

typedef struct ez_entry {
    ez_task *task; /* owned; the loop exchanges it, with the lock held (modify.c) */

    /* Guarded by the scheduler's lock; but anybody may look at the first two. */
    _Atomic(execz_time) fire; /* its next fire time; EXECZ_TIME_NEVER: none */
    atomic_bool removed;
    bool sure : 1;     /* false: nothing fires before fire, and the search goes on there */
    bool paused : 1;   /* how, and until when: pause.h */
    atomic_bool waits; /* [loop] something is held, or waits for a run to end; anybody may look */
    bool ready;        /* [loop] a run of it has ended, for which something waits */
    ez_heap_node node; /* queued under the time it is due */
    atomic_uint references;  /* [any-thread]; beside what the loop looks at anyway, as the next */
    atomic_uint instances;   /* [loop] see ez_entry_count(); anybody may look */
    ez_trigger *trigger;     /* owned; NULL until the scheduler first starts */
    _Atomic(char *) blocked; /* owned; why it cannot be run; NULL if it can, as anybody may see */

    /* [loop]; any thread reads the first.  What is behind the second is looked at only if it waits. */
    atomic_int_fast64_t last; /* see ez_entry_note_end() */
    ez_run *newest;           /* of its runs in flight, which know each other; NULL: none */
    ez_held *held;            /* owned; the one that came first in front; NULL: none */
    struct ez_retry *retries; /* what is to be attempted again; see retry.h */
    GQueue *waiting;          /* owned; of ez_waiting, owned, oldest first; NULL or empty: none */
} ez_entry;

/* A run time that waits for a run of its task to end. */
typedef struct ez_waiting {
    execz_time time;
    uint64_t coalesced; /* as in ez_due */
    uint32_t source;    /* EXECZ_SOURCE_* */
} ez_waiting;

/* The entry starts with one reference, and takes the caller's of the task. */
ez_entry *ez_entry_new(ez_task *task);

/* [any-thread] */
ez_entry *ez_entry_ref(ez_entry *self);
void ez_entry_unref(ez_entry *self);

/* The id of its task, for an ez_index. */
const char *ez_entry_name(const void *entry);

/* An array of entries, a reference each; free it with g_ptr_array_unref(). */
GPtrArray *ez_entries_new(void);

/* Begins the schedule at now, unless it has begun before: sets trigger and fire. */
execz_status ez_entry_begin_locked(ez_entry *self, execz_time now, execz_error *err);

/* Begins it at now with this trigger, whose reference it takes, whatever there was before. */
void ez_entry_restart_locked(ez_entry *self, ez_trigger *trigger, execz_time now);

/* Goes on with the first fire time at or after `from`. */
void ez_entry_resume_locked(ez_entry *self, execz_time from);

/* Its last run has ended: goes on with a trigger that counts from there, if it has one; whether it
 * does, and when it next fires, is new then. */
bool ez_entry_go_on_after_end_locked(ez_entry *self, execz_time end);

/* When there is something to do for it: its next fire time is due, or the search for it goes on. */
execz_time ez_entry_due(const ez_entry *self);

/* Whether it will ever be run again by its trigger. */
bool ez_entry_has_future(const ez_entry *self);

/* Whether only the table of tasks knows it, and nothing of it runs or waits. */
bool ez_entry_is_idle_locked(const ez_entry *self);

/* Collects what is due at now, and sets when it next fires. */
void ez_entry_collect_locked(ez_entry *self, execz_time now, ez_due *due_out);

/* What is held of source; NULL if nothing is.  [loop] */
ez_held *ez_entry_find_held(const ez_entry *self, uint32_t source);

/* Keeps due for later; together with what is held of the same source, by the task's coalescing.  What
 * was asked for is not covered by what the schedule says, nor the other way round.  Run times that find
 * no room are counted on due->missed, with missed_last, for the caller to report.  Returns what is held
 * then; NULL if that is nothing.  [loop] */
ez_held *ez_entry_hold(ez_entry *self, ez_due *due, uint32_t source);

/* Moves what is held, and stands in no line, to due_out.  [loop] */
void ez_entry_let_go(ez_entry *self, ez_held *held, ez_due *due_out);

/* How many run times wait for a run to end.  [loop] */
static inline guint
ez_entry_count_waiting(const ez_entry *self)
{
    return self->waiting == NULL ? 0 : self->waiting->length;
}

/* Whether anything is held, or waits for a run to end.  [loop] */
static inline bool
ez_entry_waits(const ez_entry *self)
{
    return atomic_load_explicit(&self->waits, memory_order_relaxed);
}

/* To be called after either of the two has changed.  [loop] */
static inline void
ez_entry_note_waits(ez_entry *self)
{
    atomic_store(&self->waits, self->held != NULL || ez_entry_count_waiting(self) > 0);
}

/* Notes how the latest run time ended, and when, to 16 ns: the outcome is kept in the lowest four
 * bits of the time, so that any thread reads both at once.  [loop] */
static inline void
ez_entry_note_end(ez_entry *self, uint32_t outcome, execz_time time)
{
    atomic_store_explicit(&self->last, (time & ~INT64_C(15)) | (execz_time)outcome,
                          memory_order_relaxed);
}

/* A run of it is in flight, and is not any more.  [loop] */
static inline void
ez_entry_add_run(ez_entry *self, ez_run *run)
{
    run->owner = self;
    run->newer = NULL;
    run->older = self->newest;
    if (run->older != NULL) {
        run->older->newer = run;
    }
    self->newest = run;
}

static inline void
ez_entry_remove_run(ez_entry *self, ez_run *run)
{
    if (run->newer != NULL) {
        run->newer->older = run->older;
    } else {
        self->newest = run->older;
    }
    if (run->older != NULL) {
        run->older->newer = run->newer;
    }
}

/* One instance more, or one less: a run in flight, or what waits to be attempted again.  [loop] */
static inline void
ez_entry_count(ez_entry *self, int change)
{
    unsigned n = atomic_load_explicit(&self->instances, memory_order_relaxed);

    atomic_store_explicit(&self->instances, n + (unsigned)change, memory_order_relaxed);
}

#endif
