/* SPDX-License-Identifier: MIT */
/**
 * execz/base.h -- the base executor: its data, its hooks, and what a plugin calls.
 *
 * Include <execz/sdk.h>, which has the rest and says how it all fits.
 */
#ifndef EXECZ_BASE_H
#define EXECZ_BASE_H

#include <pthread.h>
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
    int32_t cancelled;       /* read it with execz_submission_cancelled() */
    void *user;              /* the plugin's own */
    /* The plugin's own, for a queue without allocation. */
    struct execz_submission *queue_next, *queue_previous;
    int32_t queued;

    /* Guarded by base->lock. */
    uint32_t references;
    int32_t finishing; /* its task may be gone */
    struct execz_submission *previous, *next;
    struct execz_submission *next_cancelled;
} execz_submission;

/** What a plugin adds.  do_send_task is required, the others may be NULL. */
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
     * The submission is marked cancelled and its body, if it runs, is interrupted; a plugin with a
     * queue takes it out and finishes it.  It may be finished by another thread meanwhile:
     * submission stays valid for this call, and only who takes it off the queue may finish it.
     * [any-thread]
     */
    void (*cancel)(execz_base *base, execz_submission *submission);
    /** Adds workers, busy and queued to what the base knows.  [any-thread] */
    void (*stats)(execz_base *base, execz_stats *stats);
    /** Frees base->self; all runs are finished, all host threads have ended.  [loop] */
    void (*destroy)(execz_base *base);
} execz_base_hooks;

/** An executor built on this header. */
struct execz_base {
    /* Fixed by start. */
    const execz_host *host;
    const char *alias;
    const execz_base_hooks *hooks;
    void *self; /* the plugin's own */

    pthread_mutex_t lock;
    pthread_cond_t idle;
    /* Guarded by lock. */
    execz_submission *submissions; /* accepted, not finished */
    int32_t stopping;
    execz_stats stats;
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

static inline int
execz_submission_cancelled(const execz_submission *submission)
{
    return __atomic_load_n(&submission->cancelled, __ATOMIC_ACQUIRE) != 0;
}

/* Drops one reference; the lock is held. */
static inline void
execz_submission_unref_locked(execz_submission *submission)
{
    const execz_host *host = submission->base->host;

    if (--submission->references == 0) {
        host->realloc(host, submission, 0);
    }
}

static inline void
execz_submission_link_locked(execz_submission *submission)
{
    execz_base *base = submission->base;

    submission->next = base->submissions;
    if (submission->next != NULL) {
        submission->next->previous = submission;
    }
    base->submissions = submission;
}

static inline void
execz_submission_unlink_locked(execz_submission *submission)
{
    execz_base *base = submission->base;

    if (submission->previous != NULL) {
        submission->previous->next = submission->next;
    } else {
        base->submissions = submission->next;
    }
    if (submission->next != NULL) {
        submission->next->previous = submission->previous;
    }
    if (base->submissions == NULL) {
        pthread_cond_broadcast(&base->idle);
    }
}

/**
 * Finishes a submission whose run times ended as results (n of them) tell; see execz_host.finish.
 * The submission is gone afterwards.  [any-thread]
 */
static inline void
execz_submission_finish(execz_submission *submission, const execz_result *results, uint32_t n)
{
    execz_base *base = submission->base;

    pthread_mutex_lock(&base->lock);
    submission->finishing = 1;
    pthread_mutex_unlock(&base->lock);
    (void)base->host->finish(base->host, submission->run, results, n);
    pthread_mutex_lock(&base->lock);
    base->stats.finished++;
    execz_submission_unlink_locked(submission);
    execz_submission_unref_locked(submission);
    pthread_mutex_unlock(&base->lock);
}

/** Runs the task's body on this thread, once for each run time, and finishes.  [worker] */
static inline void
execz_submission_run(execz_submission *submission)
{
    const execz_host *host = submission->base->host;

    for (uint32_t i = 0; i < submission->n && !execz_submission_cancelled(submission); i++) {
        (void)host->execute(host, submission->run, submission->times[i], NULL, NULL);
    }
    if (execz_submission_cancelled(submission)) {
        (void)host->interrupt(host,
                              submission->run); /* perhaps before who cancels it comes to it */
    }
    execz_submission_finish(submission, NULL, 0);
}

/** How many runs of this task the executor has accepted and not finished.  [any-thread] */
static inline uint32_t
execz_base_instances(execz_base *base, const char *task_id)
{
    uint32_t n = 0;

    pthread_mutex_lock(&base->lock);
    for (execz_submission *at = base->submissions; at != NULL; at = at->next) {
        n += !at->finishing && strcmp(at->task->id, task_id) == 0;
    }
    pthread_mutex_unlock(&base->lock);
    return n;
}

#ifdef __cplusplus
}
#endif
#endif
