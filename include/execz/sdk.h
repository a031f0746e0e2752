/* SPDX-License-Identifier: MIT */
/**
 * execz/sdk.h -- the base executor, header-only: what every executor needs, written once.
 *
 * Include it in one source file of the plugin.  It counts runs before their work starts,
 * refuses tasks after shutdown, finishes each run exactly once, waits for the last one up to a
 * deadline, cancels, keeps figures, and exports the entry point, the fixed three functions and the
 * note.  The plugin adds where and when a task runs:
 *
 *     static execz_status
 *     do_send_task(execz_base *base, execz_submission *submission, execz_error *err)
 *     {
 *         ... execz_submission_run(submission), now or later, on any thread ...
 *         return EXECZ_OK;
 *     }
 *
 *     static const execz_base_hooks hooks = {do_send_task, NULL, NULL, NULL, NULL, NULL};
 *
 *     EXECZ_EXECUTOR_PLUGIN("org.example.mine", "mine", "1.0.0", "What it does", EXECZ_CAP_BODIES,
 *     hooks);
 *
 * Thread tags are those of <execz/plugin.h>.  No hook is called with a lock held.
 */
#ifndef EXECZ_SDK_H
#define EXECZ_SDK_H

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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
    execz_submission_finish(submission, NULL, 0);
}

/** How many runs of this task the executor has accepted and not finished.  [any-thread] */
static inline uint32_t
execz_base_instances(execz_base *base, const char *task_id)
{
    uint32_t n = 0;

    pthread_mutex_lock(&base->lock);
    for (execz_submission *at = base->submissions; at != NULL; at = at->next) {
        n += strcmp(at->task->id, task_id) == 0;
    }
    pthread_mutex_unlock(&base->lock);
    return n;
}

/* ---- the fixed functions -------------------------------------------------------------------- */

static inline void
execz_base_free(execz_base *base)
{
    pthread_mutex_destroy(&base->lock);
    pthread_cond_destroy(&base->idle);
    base->host->realloc(base->host, base, 0);
}

static inline execz_status
execz_base_start(const execz_base_hooks *hooks, const execz_host *host, const char *alias,
                 execz_executor **executor_out, execz_error *err)
{
    execz_base *base = (execz_base *)host->realloc(host, NULL, sizeof *base);
    execz_status status = EXECZ_OK;

    if (base == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    memset(base, 0, sizeof *base);
    base->host = host;
    base->alias = alias;
    base->hooks = hooks;
    pthread_mutex_init(&base->lock, NULL);
    pthread_cond_init(&base->idle, NULL);
    if (hooks->start != NULL) {
        status = hooks->start(base, err);
    }
    if (status != EXECZ_OK) {
        execz_base_free(base);
        return status;
    }
    *executor_out = (execz_executor *)base;
    return EXECZ_OK;
}

static inline execz_submission *
execz_submission_new(execz_base *base, const execz_task *task, const execz_time *times, uint32_t n,
                     execz_run run)
{
    size_t length = sizeof(execz_submission) + n * sizeof *times;
    execz_submission *self = (execz_submission *)base->host->realloc(base->host, NULL, length);

    if (self != NULL) {
        memset(self, 0, sizeof *self);
        memcpy(self + 1, times, n * sizeof *times);
        self->base = base;
        self->run = run;
        self->task = task;
        self->times = (const execz_time *)(const void *)(self + 1);
        self->n = n;
        self->references = 1;
    }
    return self;
}

static inline execz_status
execz_base_send_task(execz_executor *executor, const execz_task *task, const execz_time *times,
                     uint32_t n, execz_run run, execz_error *err)
{
    execz_base *base = (execz_base *)executor;
    execz_submission *submission = execz_submission_new(base, task, times, n, run);
    execz_status status = EXECZ_OK;

    if (submission == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    pthread_mutex_lock(&base->lock);
    if (base->stopping) {
        status =
            execz_error_set(err, EXECZ_E_SHUTDOWN, "executor '%s' is shutting down", base->alias);
        base->stats.refused++;
        execz_submission_unref_locked(submission);
    } else {
        execz_submission_link_locked(
            submission); /* before the work starts: it may finish at once */
        base->stats.accepted++;
    }
    pthread_mutex_unlock(&base->lock);
    if (status != EXECZ_OK) {
        return status;
    }
    status = base->hooks->do_send_task(base, submission, err);
    if (status != EXECZ_OK) {
        pthread_mutex_lock(&base->lock);
        base->stats.accepted--;
        base->stats.refused++;
        execz_submission_unlink_locked(submission);
        execz_submission_unref_locked(submission);
        pthread_mutex_unlock(&base->lock);
    }
    return status;
}

/* Marks run, or with run 0 all, and returns those newly marked, each with a reference. */
static inline execz_submission *
execz_base_mark_cancelled_locked(execz_base *base, execz_run run)
{
    execz_submission *marked = NULL;

    for (execz_submission *at = base->submissions; at != NULL; at = at->next) {
        if ((run == 0 || at->run == run) && !execz_submission_cancelled(at)) {
            __atomic_store_n(&at->cancelled, 1, __ATOMIC_RELEASE);
            at->references++;
            at->next_cancelled = marked;
            marked = at;
        }
    }
    return marked;
}

/* Cancels run, or with run 0 all.  Without the lock while it calls. */
static inline void
execz_base_cancel_runs(execz_base *base, execz_run run)
{
    execz_submission *at, *next;

    pthread_mutex_lock(&base->lock);
    at = execz_base_mark_cancelled_locked(base, run);
    pthread_mutex_unlock(&base->lock);
    for (; at != NULL; at = next) {
        next = at->next_cancelled;
        (void)base->host->interrupt(base->host, at->run);
        if (base->hooks->cancel != NULL) {
            base->hooks->cancel(base, at);
        }
        pthread_mutex_lock(&base->lock);
        execz_submission_unref_locked(at);
        pthread_mutex_unlock(&base->lock);
    }
}

static inline execz_status
execz_base_cancel(execz_executor *executor, execz_run run)
{
    execz_base_cancel_runs((execz_base *)executor, run);
    return EXECZ_OK;
}

/* Sleeps until the last run is finished, but not for long.  The condition variable's clock is the
 * wall clock, the only one that plain C offers; in short naps a step of it does no harm. */
static inline void
execz_base_nap_locked(execz_base *base)
{
    int64_t until = base->host->now(base->host, EXECZ_CLOCK_REAL) + 50 * EXECZ_MILLISECOND;
    struct timespec when;

    when.tv_sec = (time_t)(until / EXECZ_SECOND);
    when.tv_nsec = (long)(until % EXECZ_SECOND);
    (void)pthread_cond_timedwait(&base->idle, &base->lock, &when);
}

/* Waits for the last run, up to a deadline on the monotonic clock. */
static inline execz_status
execz_base_wait_idle(execz_base *base, int64_t deadline, execz_error *err)
{
    const execz_host *host = base->host;
    int unfinished;

    pthread_mutex_lock(&base->lock);
    while (base->submissions != NULL && host->now(host, EXECZ_CLOCK_MONOTONIC) < deadline) {
        execz_base_nap_locked(base);
    }
    unfinished = base->submissions != NULL;
    pthread_mutex_unlock(&base->lock);
    if (unfinished) {
        return execz_error_set(err, EXECZ_E_TIMEOUT,
                               "executor '%s' still has unfinished runs at the deadline",
                               base->alias);
    }
    return EXECZ_OK;
}

static inline execz_status
execz_base_shutdown(execz_executor *executor, uint32_t flags, int64_t deadline, execz_error *err)
{
    execz_base *base = (execz_base *)executor;
    int32_t first;

    pthread_mutex_lock(&base->lock);
    first = !base->stopping;
    base->stopping = 1;
    pthread_mutex_unlock(&base->lock);
    if (flags & EXECZ_SHUTDOWN_CANCEL) {
        execz_base_cancel_runs(base, 0);
    }
    if (first && base->hooks->stop != NULL) {
        base->hooks->stop(base);
    }
    return flags & EXECZ_SHUTDOWN_WAIT ? execz_base_wait_idle(base, deadline, err) : EXECZ_OK;
}

static inline void
execz_base_destroy(execz_executor *executor)
{
    execz_base *base = (execz_base *)executor;

    if (base->hooks->destroy != NULL) {
        base->hooks->destroy(base);
    }
    execz_base_free(base);
}

static inline execz_status
execz_base_stats(execz_executor *executor, execz_stats *stats_out)
{
    execz_base *base = (execz_base *)executor;
    uint32_t size = stats_out->size;
    execz_stats stats;

    pthread_mutex_lock(&base->lock);
    stats = base->stats;
    pthread_mutex_unlock(&base->lock);
    if (base->hooks->stats != NULL) {
        base->hooks->stats(base, &stats);
    }
    stats.size = size < sizeof stats ? size : (uint32_t)sizeof stats;
    memcpy(stats_out, &stats, stats.size);
    return EXECZ_OK;
}

/* ---- the descriptor ------------------------------------------------------------------------- */

/** For EXECZ_EXECUTOR_PLUGIN_WITH: an option table made by EXECZ_OPTIONS(), or none. */
#define EXECZ_TABLE(table) (table), (uint32_t)(sizeof(table) / sizeof((table)[0])), 0
#define EXECZ_NO_TABLE NULL, 0, 0

/**
 * Makes the shared object a plugin with one executor.
 *
 * ID       reverse domain name           ALIAS  names for the configuration, blanks between
 * VERSION  of the plugin                 SUMMARY  one line for people
 * CAPS     EXECZ_CAP_*, joined by |      HOOKS  a static const execz_base_hooks
 */
#define EXECZ_EXECUTOR_PLUGIN(ID, ALIAS, VERSION, SUMMARY, CAPS, HOOKS)                            \
    EXECZ_MANIFEST_(ID, ALIAS, VERSION, SUMMARY, #CAPS);                                           \
    EXECZ_EXECUTOR_(ID, ALIAS, VERSION, SUMMARY, CAPS, HOOKS, EXECZ_NO_TABLE, EXECZ_NO_TABLE)

/**
 * The same with options: EXECZ_TABLE(options) or EXECZ_NO_TABLE for the executor's and its tasks'.
 */
#define EXECZ_EXECUTOR_PLUGIN_WITH(ID, ALIAS, VERSION, SUMMARY, CAPS, HOOKS, OPTIONS,              \
                                   TASK_OPTIONS)                                                   \
    EXECZ_MANIFEST_(ID, ALIAS, VERSION, SUMMARY, #CAPS);                                           \
    EXECZ_EXECUTOR_(ID, ALIAS, VERSION, SUMMARY, CAPS, HOOKS, OPTIONS, TASK_OPTIONS)

#define EXECZ_MANIFEST_(ID, ALIAS, VERSION, SUMMARY, CAPS)                                         \
    EXECZ_NOTE("abi=" EXECZ_ABI_TEXT "\0needs_abi=1.0\0id=" ID "\0version=" VERSION                \
               "\0kind=" EXECZ_KIND_EXECUTOR "\0alias=" ALIAS "\0caps=" CAPS "\0summary=" SUMMARY)

#define EXECZ_EXECUTOR_(ID, ALIAS, VERSION, SUMMARY, CAPS, HOOKS, ...)                             \
    EXECZ_EXPORT execz_status execz_executor_start(const execz_host *, const char *,               \
                                                   execz_executor **, execz_error *);              \
    execz_status execz_executor_start(const execz_host *host, const char *alias,                   \
                                      execz_executor **executor_out, execz_error *err)             \
    {                                                                                              \
        return execz_base_start(&(HOOKS), host, alias, executor_out, err);                         \
    }                                                                                              \
    EXECZ_EXPORT execz_status execz_executor_shutdown(execz_executor *, uint32_t, int64_t,         \
                                                      execz_error *);                              \
    execz_status execz_executor_shutdown(execz_executor *self, uint32_t flags, int64_t deadline,   \
                                         execz_error *err)                                         \
    {                                                                                              \
        return execz_base_shutdown(self, flags, deadline, err);                                    \
    }                                                                                              \
    EXECZ_EXPORT execz_status execz_executor_send_task(execz_executor *, const execz_task *,       \
                                                       const execz_time *, uint32_t, execz_run,    \
                                                       execz_error *);                             \
    execz_status execz_executor_send_task(execz_executor *self, const execz_task *task,            \
                                          const execz_time *run_times, uint32_t n, execz_run run,  \
                                          execz_error *err)                                        \
    {                                                                                              \
        return execz_base_send_task(self, task, run_times, n, run, err);                           \
    }                                                                                              \
    static const execz_executor_ops execz_ops_ = {sizeof(execz_executor_ops),                      \
                                                  0,                                               \
                                                  execz_executor_start,                            \
                                                  execz_executor_shutdown,                         \
                                                  execz_executor_send_task,                        \
                                                  execz_base_destroy,                              \
                                                  execz_base_cancel,                               \
                                                  execz_base_stats,                                \
                                                  NULL,                                            \
                                                  NULL,                                            \
                                                  NULL};                                           \
    static const execz_component execz_component_ = {sizeof(execz_component),                      \
                                                     (CAPS),                                       \
                                                     EXECZ_KIND_EXECUTOR,                          \
                                                     ALIAS,                                        \
                                                     SUMMARY,                                      \
                                                     &execz_ops_,                                  \
                                                     __VA_ARGS__};                                 \
    static const execz_component *const execz_components_[] = {&execz_component_};                 \
    static const execz_plugin execz_plugin_ = {EXECZ_PLUGIN_MAGIC,                                 \
                                               sizeof(execz_plugin),                               \
                                               EXECZ_ABI,                                          \
                                               EXECZ_ABI_MAKE(1, 0),                               \
                                               ID,                                                 \
                                               VERSION,                                            \
                                               NULL,                                               \
                                               NULL,                                               \
                                               NULL,                                               \
                                               execz_components_,                                  \
                                               1,                                                  \
                                               0};                                                 \
    const execz_plugin *execz_plugin_entry(uint32_t host_abi)                                      \
    {                                                                                              \
        (void)host_abi;                                                                            \
        return &execz_plugin_;                                                                     \
    }                                                                                              \
    EXECZ_STATIC_ASSERT(1, "takes the semicolon")

#ifdef __cplusplus
}
#endif
#endif
