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

#include <time.h>

#include <execz/base.h>

#ifdef __cplusplus
extern "C" {
#endif

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
 * system's wall clock, the only one that plain C offers (the host's may be turned by a test); in
 * short naps a step of it does no harm. */
static inline void
execz_base_nap_locked(execz_base *base)
{
    struct timespec when;

    (void)timespec_get(&when, TIME_UTC);
    when.tv_nsec += 50 * EXECZ_MILLISECOND;
    when.tv_sec += when.tv_nsec / EXECZ_SECOND;
    when.tv_nsec %= EXECZ_SECOND;
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

    pthread_mutex_lock(&base->lock);
    while (base->submissions != NULL) { /* a thread is still on its way out of a finish */
        pthread_cond_wait(&base->idle, &base->lock);
    }
    pthread_mutex_unlock(&base->lock);
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
