/* SPDX-License-Identifier: MIT */
/**
 * execz/store.h -- the plugin ABI of stores, version 1.0: where tasks and their runs outlast a process.
 *
 * A store is a component of the kind EXECZ_KIND_STORE in a plugin as <execz/plugin.h> describes it:
 * found by alias, loaded by the same rules, its options declared and checked in the same way.  Only
 * store plugins include this header.  The scheduler has one store; it calls it like this:
 *
 *     open ──► load ──► commit, commit, ...  ──► close
 *                         │   (history, quarantined, check: at any time in between)
 *                         └─ one batch for each wake-up of the loop: all of it is kept, or none
 *
 * The promise that a store carries.  A run time of a task is committed as OPEN before an executor
 * gets it, and as END when its end is known.  What load() finds OPEN was left behind by a crash.  If it
 * waited, no executor ever had it, and it is run now; else the scheduler ends it as LOST or, if its task
 * says at-least-once, opens it again with a higher attempt.  So commit() must return only when the
 * batch survives a loss of power.
 *
 * Identity.  (task, run_time) names an occurrence; it is open at most once.  `attempt` only grows,
 * and it is the fence: an END with an attempt below the one that is kept changes nothing.
 *
 * Records are JSON texts that the scheduler writes and reads, with a version in them; a store keeps
 * them as they are.  What a store needs to find and order them comes beside them in fields.
 *
 * Layout, ownership and threads are as in <execz/plugin.h>: structs begin with their size and grow at
 * their end, what a call is given is borrowed for the call, neither side frees what the other made.
 */
#ifndef EXECZ_STORE_H
#define EXECZ_STORE_H

#include <execz/component.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXECZ_KIND_STORE "execz.store/1"

/** Services for one open store.  Owned by the host, valid from open() until close() returns. */
typedef struct execz_store_host execz_store_host;
struct execz_store_host {
    uint32_t size;
    uint32_t abi;          /* what this host speaks */
    const char *name;      /* "execz" */
    const char *version;   /* of the host, for people */
    void *self;            /* the host's own */
    const char *state_dir; /* absolute; it exists, is this user's, and no other scheduler uses it */

    /** As in execz_host.  [any-thread] */
    void (*log)(const execz_store_host *host, uint32_t level, const char *message);
    int64_t (*now)(const execz_store_host *host, uint32_t clock);
    const char *(*option)(const execz_store_host *host, const char *name);
    execz_status (*option_i64)(const execz_store_host *host, const char *name, int64_t *value_out);
};

/* ---- changes -------------------------------------------------------------------------------- */

#define EXECZ_STORE_PUT_TASK 1u    /* keep task with record and next_run; it may be there already */
#define EXECZ_STORE_NEXT_RUN 2u    /* task has another next_run; nothing if it is not there */
#define EXECZ_STORE_REMOVE_TASK 3u /* forget task; what of it is open, or in the history, stays */
/* (task, run_time) is due: keep it with attempt, record and waits.  If it is open already, only if
 * attempt is not lower, in its place. */
#define EXECZ_STORE_OPEN 4u
/* (task, run_time) has ended: into the history with record and output, and it is not open any more.
 * Nothing, unless it is open with this attempt or a lower one. */
#define EXECZ_STORE_END 5u
/* The same for what was never opened, or was refused: into the history.  If it is open, it is not any
 * more. */
#define EXECZ_STORE_NOTE 6u
/* The record of task cannot be read: move it to the quarantine; `record` says why, for people. */
#define EXECZ_STORE_QUARANTINE 7u
/* Move task from the quarantine back to the tasks, as it was. */
#define EXECZ_STORE_RESTORE 8u

/* (task, run_time) is not open any more, and nothing is to be said of it: a later run time covers it. */
#define EXECZ_STORE_COVER 9u

/** One change; fields that its kind does not name are 0. */
typedef struct execz_store_change {
    uint32_t size;
    uint32_t kind; /* EXECZ_STORE_*; EXECZ_E_UNSUPPORTED for one that is not known */
    const char *task;
    execz_time run_time;
    execz_time next_run; /* EXECZ_TIME_NEVER: none */
    execz_time finished; /* END, NOTE */
    uint32_t attempt;
    uint32_t outcome;   /* END, NOTE: EXECZ_OUTCOME_* of <execz/plugin.h>, or 7: skipped */
    const char *record; /* JSON, terminated */
    uint64_t record_length;
    const char *output; /* END, NOTE: bytes; NULL: none */
    uint64_t output_length;
    uint32_t waits; /* OPEN: 1: no executor has it, nor gets it before it is OPEN with 0 */
    uint32_t reserved;
} execz_store_change;

/* ---- what is kept --------------------------------------------------------------------------- */

/** A task, or one in quarantine. */
typedef struct execz_store_task {
    uint32_t size;
    uint32_t reserved;
    const char *task;
    const char *record;
    uint64_t record_length;
    execz_time next_run;
    const char *reason; /* in quarantine: why; else NULL */
    execz_time since;   /* in quarantine: since when; else 0 */
} execz_store_task;

/** An occurrence: open, or in the history. */
typedef struct execz_store_occurrence {
    uint32_t size;
    uint32_t outcome; /* 0: open */
    uint64_t id;      /* in the history: ascending in the order of ends, unique, never 0; else 0 */
    const char *task;
    execz_time run_time;
    execz_time finished;
    uint32_t attempt;
    uint32_t waits; /* open: as it was said last */
    const char *record;
    uint64_t record_length;
    const char *output; /* only if it was asked for */
    uint64_t output_length;
} execz_store_occurrence;

/** Hears of what is kept; texts are valid during the call.  Returns other than 0 to stop. */
typedef int32_t (*execz_store_task_function)(void *user, const execz_store_task *task);
typedef int32_t (*execz_store_occurrence_function)(void *user,
                                                   const execz_store_occurrence *occurrence);

/** Which of the history: that for which all of this holds, the highest id first. */
typedef struct execz_store_query {
    uint32_t size;
    uint32_t outcomes;   /* 1 << EXECZ_OUTCOME_*, or'ed; never 0 */
    const char *task;    /* NULL: of any */
    execz_time run_time; /* EXECZ_TIME_NEVER: any */
    execz_time since;    /* finished at or after */
    execz_time until;    /* finished before; EXECZ_TIME_NEVER: whenever */
    uint64_t before;     /* of a smaller id; 0: any */
    uint64_t id;         /* this one; 0: any */
    uint32_t limit;      /* so many at most; never 0 */
    uint32_t output;     /* 1: with output */
} execz_store_query;

/* ---- a store -------------------------------------------------------------------------------- */

/** One open store; the plugin's own. */
typedef struct execz_store execz_store;

/** The contract of the kind "execz.store/1".  The first five are required. */
typedef struct execz_store_ops {
    uint32_t size;
    uint32_t flags; /* 0 */

    /**
     * Opens what is kept, or makes it if there is nothing yet.  What an older version of the plugin
     * has left is brought up to date; what a newer one has left is refused and not touched.
     * On failure err says what, where and what to do, and nothing is left open.  [setup]
     */
    execz_status (*open)(const execz_store_host *host, const char *alias, execz_store **store_out,
                         execz_error *err);

    /** Tells of all tasks, then of all open occurrences.  [setup] */
    execz_status (*load)(execz_store *self, execz_store_task_function task,
                         execz_store_occurrence_function occurrence, void *user, execz_error *err);

    /**
     * Keeps all of the changes, n of them, in their order, or none and err says why.  Returns when
     * they are safe.  After a failure the host comes again with the same changes and more behind
     * them, until it succeeds.  [loop]
     */
    execz_status (*commit)(execz_store *self, const execz_store_change *const *changes, uint64_t n,
                           execz_error *err);

    /**
     * Tells of the history that query names, as far as it is committed.  Neither waits for a
     * commit() nor makes one wait.  [any-thread]
     */
    execz_status (*history)(execz_store *self, const execz_store_query *query,
                            execz_store_occurrence_function occurrence, void *user,
                            execz_error *err);

    /** Closes and frees it.  No other call is under way, and none follows.  [setup] */
    void (*close)(execz_store *self);

    /* Optional: NULL if the store has nothing to say. */

    /** Tells of the tasks in quarantine.  [any-thread] */
    execz_status (*quarantined)(execz_store *self, execz_store_task_function task, void *user,
                                execz_error *err);

    /**
     * Looks whether all that is kept is sound, however long that takes: EXECZ_OK, or err says what
     * is wrong and what to do.  [any-thread]
     */
    execz_status (*check)(execz_store *self, execz_error *err);

    /* Here comes claim_due(now, limit, lease), for stores that several schedulers share. */
} execz_store_ops;

/** The last argument of EXECZ_STORE_PLUGIN: a table that EXECZ_OPTIONS() defines, or none. */
#define EXECZ_STORE_OPTIONS(table) EXECZ_COMPONENT_OPTIONS(table)
#define EXECZ_STORE_NO_OPTIONS EXECZ_COMPONENT_NO_OPTIONS

/** Defines the plugin of one store; OPS is a static const execz_store_ops. */
#define EXECZ_STORE_PLUGIN(ID, ALIAS, VERSION, SUMMARY, OPS, ...)                                  \
    EXECZ_COMPONENT_PLUGIN(EXECZ_KIND_STORE, ID, ALIAS, VERSION, SUMMARY, OPS, __VA_ARGS__)

/* On 64-bit machines: a build that would change the ABI does not compile. */
#if UINTPTR_MAX == UINT64_MAX
EXECZ_AT_(execz_store_host, size, 0);
EXECZ_AT_(execz_store_host, abi, 4);
EXECZ_AT_(execz_store_host, name, 8);
EXECZ_AT_(execz_store_host, version, 16);
EXECZ_AT_(execz_store_host, self, 24);
EXECZ_AT_(execz_store_host, state_dir, 32);
EXECZ_AT_(execz_store_host, log, 40);
EXECZ_AT_(execz_store_host, now, 48);
EXECZ_AT_(execz_store_host, option, 56);
EXECZ_AT_(execz_store_host, option_i64, 64);
EXECZ_SIZE_(execz_store_host, 72);
EXECZ_AT_(execz_store_change, size, 0);
EXECZ_AT_(execz_store_change, kind, 4);
EXECZ_AT_(execz_store_change, task, 8);
EXECZ_AT_(execz_store_change, run_time, 16);
EXECZ_AT_(execz_store_change, next_run, 24);
EXECZ_AT_(execz_store_change, finished, 32);
EXECZ_AT_(execz_store_change, attempt, 40);
EXECZ_AT_(execz_store_change, outcome, 44);
EXECZ_AT_(execz_store_change, record, 48);
EXECZ_AT_(execz_store_change, record_length, 56);
EXECZ_AT_(execz_store_change, output, 64);
EXECZ_AT_(execz_store_change, output_length, 72);
EXECZ_AT_(execz_store_change, waits, 80);
EXECZ_AT_(execz_store_change, reserved, 84);
EXECZ_SIZE_(execz_store_change, 88);
EXECZ_AT_(execz_store_task, size, 0);
EXECZ_AT_(execz_store_task, reserved, 4);
EXECZ_AT_(execz_store_task, task, 8);
EXECZ_AT_(execz_store_task, record, 16);
EXECZ_AT_(execz_store_task, record_length, 24);
EXECZ_AT_(execz_store_task, next_run, 32);
EXECZ_AT_(execz_store_task, reason, 40);
EXECZ_AT_(execz_store_task, since, 48);
EXECZ_SIZE_(execz_store_task, 56);
EXECZ_AT_(execz_store_occurrence, size, 0);
EXECZ_AT_(execz_store_occurrence, outcome, 4);
EXECZ_AT_(execz_store_occurrence, id, 8);
EXECZ_AT_(execz_store_occurrence, task, 16);
EXECZ_AT_(execz_store_occurrence, run_time, 24);
EXECZ_AT_(execz_store_occurrence, finished, 32);
EXECZ_AT_(execz_store_occurrence, attempt, 40);
EXECZ_AT_(execz_store_occurrence, waits, 44);
EXECZ_AT_(execz_store_occurrence, record, 48);
EXECZ_AT_(execz_store_occurrence, record_length, 56);
EXECZ_AT_(execz_store_occurrence, output, 64);
EXECZ_AT_(execz_store_occurrence, output_length, 72);
EXECZ_SIZE_(execz_store_occurrence, 80);
EXECZ_AT_(execz_store_query, size, 0);
EXECZ_AT_(execz_store_query, outcomes, 4);
EXECZ_AT_(execz_store_query, task, 8);
EXECZ_AT_(execz_store_query, run_time, 16);
EXECZ_AT_(execz_store_query, since, 24);
EXECZ_AT_(execz_store_query, until, 32);
EXECZ_AT_(execz_store_query, before, 40);
EXECZ_AT_(execz_store_query, id, 48);
EXECZ_AT_(execz_store_query, limit, 56);
EXECZ_AT_(execz_store_query, output, 60);
EXECZ_SIZE_(execz_store_query, 64);
EXECZ_AT_(execz_store_ops, size, 0);
EXECZ_AT_(execz_store_ops, flags, 4);
EXECZ_AT_(execz_store_ops, open, 8);
EXECZ_AT_(execz_store_ops, load, 16);
EXECZ_AT_(execz_store_ops, commit, 24);
EXECZ_AT_(execz_store_ops, history, 32);
EXECZ_AT_(execz_store_ops, close, 40);
EXECZ_AT_(execz_store_ops, quarantined, 48);
EXECZ_AT_(execz_store_ops, check, 56);
EXECZ_SIZE_(execz_store_ops, 64);
#endif

#ifdef __cplusplus
}
#endif
#endif
