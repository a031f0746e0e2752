/* SPDX-License-Identifier: MIT */
/**
 * execz/base.h -- the base executor: its data, its hooks, and what a plugin calls.
 *
 * Include <execz/sdk.h>, which has the rest and says how it all fits.
 */
#ifndef EXECZ_BASE_H
#define EXECZ_BASE_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <execz/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct execz_base execz_base;

/** One run that send_task() took: the plugin's until execz_submission_run() or _finish(). */
typedef struct execz_submission {
    execz_base *base;
    execz_run run;
    const execz_task *task;  /* valid as long as the submission */
    const execz_time *times; /* its run times, ascending */
    uint32_t n;              /* how many */
    int32_t started;         /* of the base */
    execz_run cancelled;     /* of the base; see execz_submission_cancelled() */
    uint64_t task_hash;      /* of the base; see execz_base_instances() */
    void *user;              /* the plugin's own, as the next; NULL at first */
    struct execz_submission *queue_next;
} execz_submission;

/** What a plugin adds.  One of do_send_task and do_send_run is required, the others may be NULL. */
typedef struct execz_base_hooks {
    /**
     * Takes the submission, and sees to it that it is run or finished once.  Anything but EXECZ_OK
     * leaves it with the base: it must not be touched any more.  [loop]
     */
    execz_status (*do_send_task)(execz_base *base, execz_submission *submission, execz_error *err);
    /** Sets base->self up.  On failure leaves nothing behind.  [loop] */
    execz_status (*start)(execz_base *base, execz_error *err);
    /**
     * Shutdown has begun: no submission comes any more; let idle threads end.  Once.  [any-thread]
     */
    void (*stop)(execz_base *base);
    /**
     * The run is marked cancelled and its body, if it runs, is interrupted; a plugin with a queue
     * of submissions looks there for one with this run, takes it out and finishes it.  Not called
     * with do_send_run.  [any-thread]
     */
    void (*cancel)(execz_base *base, execz_run run);
    /** Adds workers, busy and queued to what the base knows.  [any-thread] */
    void (*stats)(execz_base *base, execz_stats *stats);
    /** Frees base->self; all runs are finished, all host threads have ended.  [loop] */
    void (*destroy)(execz_base *base);
    /**
     * Instead of do_send_task, for plugins that queue nothing but the run and hand it to
     * host->work(): what is cancelled before it has begun, the base retracts, so that work() passes
     * over it.  [loop]
     */
    execz_status (*do_send_run)(execz_base *base, const execz_task *task, execz_run run,
                                execz_error *err);
    /** As execz_executor_ops.flush.  [loop] */
    void (*flush)(execz_base *base);
    /** EXECZ_HEALTH_*; unless it is OK, why gets what is wrong, by execz_error_set().  [any-thread] */
    uint32_t (*health)(execz_base *base, execz_error *why);
} execz_base_hooks;

/* The base knows its submissions, or runs, by EXECZ_RUN_INDEX(), in chunks made on demand. */
#define EXECZ_BASE_CHUNK 1024u
#define EXECZ_BASE_CHUNKS (EXECZ_RUNS_MAX / EXECZ_BASE_CHUNK)

/** An executor built on this header. */
struct execz_base {
    /* Fixed by start. */
    const execz_host *host;
    const char *alias;
    const execz_base_hooks *hooks;
    void *self;             /* the plugin's own */
    int32_t cancel_futures; /* the option of this name: 1, 0; -1 if it has no value */
    int32_t overwrite_wait; /* the same */

    /* Written on the loop, read by any thread. */
    char **chunks;
    uint64_t accepted, refused;

    /* Atomic. */
    uint64_t retracted; /* runs that were cancelled while they were queued */
    int32_t stopping;   /* shutdown has begun */
    int32_t cancelling; /* with EXECZ_SHUTDOWN_CANCEL */
    int32_t finishing;  /* threads that are in execz_submission_finish() */
};

/** Fills err (which may be NULL) in printf style and returns status. */
EXECZ_PRINTF(3, 4)
static inline execz_status
execz_error_set(execz_error *err, execz_status status, const char *format, ...)
{
    if (err != NULL) {
        size_t owned = err->size == 0 || err->size > sizeof *err ? sizeof *err : err->size;
        size_t at = offsetof(execz_error, message);
        va_list args;

        err->status = status;
        memset(err->code, 0, sizeof err->code);
        if (owned > at) {
            va_start(args, format);
            (void)vsnprintf(err->message, owned - at, format, args);
            va_end(args);
        }
    }
    return status;
}

/** Logs in printf style under the executor's alias. */
EXECZ_PRINTF(3, 4)
static inline void
execz_base_log(const execz_base *base, uint32_t level, const char *format, ...)
{
    char message[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    base->host->log(base->host, level, message);
}

/** An option of type INT, BOOL, DURATION or SIZE; fallback if it has no value. */
static inline int64_t
execz_base_option(const execz_base *base, const char *name, int64_t fallback)
{
    int64_t value = fallback;

    (void)base->host->option_i64(base->host, name, &value);
    return value;
}

/** Whether this run is to stop: then finish it soon. */
static inline int
execz_submission_cancelled(const execz_submission *submission)
{
    return __atomic_load_n(&submission->cancelled, __ATOMIC_ACQUIRE) == submission->run;
}

/** For plugins that call host->execute() themselves: from now on cancel_futures leaves it alone. */
static inline void
execz_submission_begin(execz_submission *submission)
{
    __atomic_store_n(&submission->started, 1, __ATOMIC_RELEASE);
}

/**
 * Finishes a submission whose run times ended as results (n of them) tell; see execz_host.finish.
 * The submission is gone afterwards.  [any-thread]
 */
static inline void
execz_submission_finish(execz_submission *submission, const execz_result *results, uint32_t n)
{
    execz_base *base = submission->base;

    __atomic_fetch_add(&base->finishing, 1, __ATOMIC_ACQ_REL);
    (void)base->host->finish(base->host, submission->run, results, n);
    __atomic_fetch_sub(&base->finishing, 1, __ATOMIC_ACQ_REL);
}

/* Gives a run once, then none. */
static inline execz_run
execz_base_next_run(void *user, execz_run done)
{
    execz_run *next = (execz_run *)user;
    execz_run run = *next;

    (void)done;
    *next = 0;
    return run;
}

/**
 * Runs the task's body on this thread, once for each run time, and finishes: for do_send_run, where the
 * run that it was given needs no other thread.  [loop]
 */
static inline void
execz_base_run(execz_base *base, execz_run run)
{
    base->host->work(base->host, execz_base_next_run, &run);
}

/** The same for a submission, on any thread.  [worker] */
static inline void
execz_submission_run(execz_submission *submission)
{
    execz_base *base = submission->base;

    execz_submission_begin(submission);
    __atomic_fetch_add(&base->finishing, 1, __ATOMIC_ACQ_REL);
    execz_base_run(base, submission->run);
    __atomic_fetch_sub(&base->finishing, 1, __ATOMIC_ACQ_REL);
}

/* The entry of a run in a table of entries of this size, there or, on the loop, made; or NULL. */
static inline void *
execz_base_entry(execz_base *base, execz_run run, size_t size, int make)
{
    uint32_t index = EXECZ_RUN_INDEX(run);
    char **chunk;

    if (index >= EXECZ_RUNS_MAX || base->chunks == NULL) {
        return NULL;
    }
    chunk = &base->chunks[index / EXECZ_BASE_CHUNK];
    if (make && *chunk == NULL) {
        char *made = (char *)base->host->realloc(base->host, NULL, EXECZ_BASE_CHUNK * size);

        if (made != NULL) {
            memset(made, 0, EXECZ_BASE_CHUNK * size);
            __atomic_store_n(chunk, made, __ATOMIC_RELEASE);
        }
    }
    chunk = (char **)__atomic_load_n(chunk, __ATOMIC_ACQUIRE);
    return chunk == NULL ? NULL : (char *)chunk + (index % EXECZ_BASE_CHUNK) * size;
}

/** The submission of a run; NULL if there is none.  What it says is of that run only while
 * ->run == run.  [any-thread] */
static inline execz_submission *
execz_base_submission(execz_base *base, execz_run run)
{
    return (execz_submission *)execz_base_entry(base, run, sizeof(execz_submission), 0);
}

/* Whether it was still queued. */
static inline int
execz_base_retract(execz_base *base, execz_run run)
{
    int retracted = base->host->retract(base->host, run) == EXECZ_OK;

    __atomic_fetch_add(&base->retracted, (uint64_t)retracted, __ATOMIC_RELAXED);
    return retracted;
}

static inline execz_status
execz_base_cancel(execz_executor *executor, execz_run run)
{
    execz_base *base = (execz_base *)executor;
    execz_submission *submission;

    if (base->hooks->do_send_run != NULL) {
        if (!execz_base_retract(base, run)) {
            (void)base->host->interrupt(base->host, run);
        }
        return EXECZ_OK;
    }
    submission = execz_base_submission(base, run);
    if (submission != NULL) {
        __atomic_store_n(&submission->cancelled, run, __ATOMIC_RELEASE);
    }
    (void)base->host->interrupt(base->host, run);
    if (base->hooks->cancel != NULL) {
        base->hooks->cancel(base, run);
    }
    return EXECZ_OK;
}

/* Cancels what there is; or only what has not started.  The table also has runs that are long
 * finished: cancelling those changes nothing. */
static inline void
execz_base_cancel_all(execz_base *base, int waiting_only)
{
    int plain = base->hooks->do_send_run != NULL;
    size_t size = plain ? sizeof(execz_run) : sizeof(execz_submission);

    for (uint32_t i = 0; i < EXECZ_RUNS_MAX; i += EXECZ_BASE_CHUNK) {
        char *at = (char *)execz_base_entry(base, i + 1u, size, 0);

        for (uint32_t j = 0; at != NULL && j < EXECZ_BASE_CHUNK; j++, at += size) {
            execz_submission *submission = (execz_submission *)(void *)at;
            execz_run *run = plain ? (execz_run *)(void *)at : &submission->run;
            execz_run found = __atomic_load_n(run, __ATOMIC_ACQUIRE);

            if (found == 0) {
                continue;
            }
            if (plain && waiting_only) {
                (void)execz_base_retract(base, found);
            } else if (plain || !waiting_only ||
                       !__atomic_load_n(&submission->started, __ATOMIC_ACQUIRE)) {
                (void)execz_base_cancel((execz_executor *)base, found);
            }
        }
    }
}

/* FNV-1a, 64 bits: so that tasks can be told apart when they may be gone. */
static inline uint64_t
execz_base_hash(const char *task_id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *task_id != '\0'; task_id++) {
        hash = (hash ^ (unsigned char)*task_id) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/** How many runs of this task the executor has accepted and not finished; with do_send_run always 0,
 * for then the base does not know whose they are.  [loop] */
static inline uint32_t
execz_base_instances(execz_base *base, const char *task_id)
{
    uint32_t chunks = base->hooks->do_send_run == NULL ? EXECZ_BASE_CHUNKS : 0;
    uint64_t hash = execz_base_hash(task_id);
    uint32_t n = 0;

    for (uint32_t chunk = 0; chunk < chunks; chunk++) {
        const execz_submission *at = (const execz_submission *)(void *)base->chunks[chunk];

        for (uint32_t i = 0; at != NULL && i < EXECZ_BASE_CHUNK; i++, at++) {
            execz_run_info info;

            info.size = sizeof info;
            n += at->run != 0 && at->task_hash == hash &&
                 base->host->describe(base->host, at->run, &info) == EXECZ_OK;
        }
    }
    return n;
}

#ifdef __cplusplus
}
#endif
#endif
