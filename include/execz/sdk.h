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
 *     static const execz_base_hooks hooks = {.do_send_task = do_send_task};
 *
 *     EXECZ_EXECUTOR_PLUGIN("org.example.mine", "mine", "1.0.0", "What it does", EXECZ_CAP_BODIES,
 *     hooks);
 *
 * Thread tags are those of <execz/plugin.h>.  No hook is called with a lock held.
 */
#ifndef EXECZ_SDK_H
#define EXECZ_SDK_H

#include <poll.h>

#include <execz/base.h>
#include <execz/component.h>
#include <execz/linger.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the fixed functions -------------------------------------------------------------------- */

static inline void
execz_base_free(execz_base *base)
{
    const execz_host *host = base->host;

    for (uint32_t i = 0; base->chunks != NULL && i < EXECZ_BASE_CHUNKS; i++) {
        if (base->chunks[i] != NULL) {
            host->realloc(host, base->chunks[i], 0);
        }
    }
    if (base->chunks != NULL) {
        host->realloc(host, base->chunks, 0);
    }
    host->realloc(host, base, 0);
}

static inline execz_base *
execz_base_new(const execz_base_hooks *hooks, const execz_host *host, const char *alias)
{
    execz_base *base = (execz_base *)host->realloc(host, NULL, sizeof *base);

    if (base == NULL) {
        return NULL;
    }
    memset(base, 0, sizeof *base);
    base->host = host;
    base->alias = alias;
    base->hooks = hooks;
    base->cancel_futures = (int32_t)execz_base_option(base, "cancel_futures", -1);
    base->overwrite_wait = (int32_t)execz_base_option(base, "overwrite_wait", -1);
    base->chunks = (char **)host->realloc(host, NULL, EXECZ_BASE_CHUNKS * sizeof *base->chunks);
    if (base->chunks == NULL) {
        execz_base_free(base);
        return NULL;
    }
    memset(base->chunks, 0, EXECZ_BASE_CHUNKS * sizeof *base->chunks);
    return base;
}

static inline execz_status
execz_base_start(const execz_base_hooks *hooks, const execz_host *host, const char *alias,
                 execz_executor **executor_out, execz_error *err)
{
    execz_base *base;
    execz_status status = EXECZ_OK;

    if ((hooks->do_send_task == NULL) == (hooks->do_send_run == NULL)) {
        return execz_error_set(err, EXECZ_E_PLUGIN,
                               "its hooks need one of do_send_task and do_send_run, and not both");
    }
    base = execz_base_new(hooks, host, alias);
    if (base == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
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

/* Hands the run to the plugin, as it wants to have it. */
static inline execz_status
execz_base_hand_over(execz_base *base, const execz_task *task, const execz_time *times, uint32_t n,
                     execz_run run, execz_error *err)
{
    execz_submission *submission;
    execz_run *noted;

    if (base->hooks->do_send_run != NULL) {
        noted = (execz_run *)execz_base_entry(base, run, sizeof run, 1);
        if (noted == NULL) {
            return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
        }
        __atomic_store_n(noted, run, __ATOMIC_RELEASE);
        return base->hooks->do_send_run(base, task, run, err);
    }
    submission = (execz_submission *)execz_base_entry(base, run, sizeof *submission, 1);
    if (submission == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    submission->base = base;
    submission->task = task;
    submission->times = times;
    submission->n = n;
    submission->task_hash = execz_base_hash(task->id);
    __atomic_store_n(&submission->user, NULL, __ATOMIC_RELAXED);
    submission->queue_next = NULL;
    __atomic_store_n(&submission->started, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&submission->run, run, __ATOMIC_RELEASE);
    return base->hooks->do_send_task(base, submission, err);
}

/* A run that was refused is not ours to cancel. */
static inline void
execz_base_forget(execz_base *base, execz_run run)
{
    int plain = base->hooks->do_send_run != NULL;
    size_t size = plain ? sizeof(execz_run) : sizeof(execz_submission);
    void *entry = execz_base_entry(base, run, size, 0);
    execz_submission *submission = (execz_submission *)entry;

    if (entry != NULL) {
        __atomic_store_n(plain ? (execz_run *)entry : &submission->run, (execz_run)0,
                         __ATOMIC_RELEASE);
    }
}

static inline execz_status
execz_base_send_task(execz_executor *executor, const execz_task *task, const execz_time *times,
                     uint32_t n, execz_run run, execz_error *err)
{
    execz_base *base = (execz_base *)executor;
    execz_status status;

    if (__atomic_load_n(&base->stopping, __ATOMIC_ACQUIRE)) {
        status =
            execz_error_set(err, EXECZ_E_SHUTDOWN, "executor '%s' is shutting down", base->alias);
    } else {
        status = execz_base_hand_over(base, task, times, n, run, err);
        if (status != EXECZ_OK) {
            execz_base_forget(base, run);
        }
    }
    if (status == EXECZ_OK) {
        __atomic_store_n(&base->accepted, base->accepted + 1, __ATOMIC_RELAXED);
        if (__atomic_load_n(&base->cancelling, __ATOMIC_ACQUIRE)) {
            (void)execz_base_cancel(executor, run); /* the shutdown has come in between */
        }
    } else {
        __atomic_store_n(&base->refused, base->refused + 1, __ATOMIC_RELAXED);
    }
    return status;
}

static inline void
execz_base_nap(void)
{
    (void)poll(NULL, 0, 1); /* a millisecond, in every C */
}

/* Waits for the last run, up to a deadline on the monotonic clock. */
static inline execz_status
execz_base_wait_idle(execz_base *base, int64_t deadline, execz_error *err)
{
    const execz_host *host = base->host;

    while (host->unfinished(host) > 0) {
        if (host->now(host, EXECZ_CLOCK_MONOTONIC) >= deadline) {
            return execz_error_set(err, EXECZ_E_TIMEOUT,
                                   "executor '%s' still has unfinished runs at the deadline",
                                   base->alias);
        }
        execz_base_nap();
    }
    return EXECZ_OK;
}

/* The flags of the first shutdown, as the option overwrite_wait wants them. */
static inline uint32_t
execz_base_first_flags(const execz_base *base, uint32_t flags)
{
    if (base->overwrite_wait == 0) {
        return flags | EXECZ_SHUTDOWN_CANCEL;
    }
    return base->overwrite_wait == 1 ? flags & ~EXECZ_SHUTDOWN_CANCEL : flags;
}

static inline execz_status
execz_base_shutdown(execz_executor *executor, uint32_t flags, int64_t deadline, execz_error *err)
{
    execz_base *base = (execz_base *)executor;
    int32_t first = !__atomic_exchange_n(&base->stopping, 1, __ATOMIC_ACQ_REL);

    if (first) {
        flags = execz_base_first_flags(base, flags);
    }
    if (flags & EXECZ_SHUTDOWN_CANCEL) {
        __atomic_store_n(&base->cancelling, 1, __ATOMIC_RELEASE);
        execz_base_cancel_all(base, 1); /* first, or what ends would make room for one of them */
        execz_base_cancel_all(base, 0);
    } else if (first && base->cancel_futures == 1) {
        execz_base_cancel_all(base, 1);
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

    while (__atomic_load_n(&base->finishing, __ATOMIC_ACQUIRE) > 0) {
        execz_base_nap(); /* a thread that is not the host's is on its way out */
    }
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
    uint64_t unfinished = base->host->unfinished(base->host); /* perhaps some of an earlier start */
    execz_stats stats;

    memset(&stats, 0, sizeof stats);
    stats.accepted = __atomic_load_n(&base->accepted, __ATOMIC_RELAXED);
    stats.refused = __atomic_load_n(&base->refused, __ATOMIC_RELAXED);
    stats.finished = stats.accepted > unfinished ? stats.accepted - unfinished : 0;
    if (base->hooks->stats != NULL) {
        base->hooks->stats(base, &stats);
    }
    stats.size = size < sizeof stats ? size : (uint32_t)sizeof stats;
    memcpy(stats_out, &stats, stats.size);
    return EXECZ_OK;
}

static inline uint32_t
execz_base_health(execz_executor *executor, execz_error *why)
{
    execz_base *base = (execz_base *)executor;

    return base->hooks->health == NULL ? EXECZ_HEALTH_OK : base->hooks->health(base, why);
}

static inline void
execz_base_flush(execz_executor *executor)
{
    execz_base *base = (execz_base *)executor;

    if (base->hooks->flush != NULL) {
        base->hooks->flush(base);
    }
}

/* ---- the descriptor ------------------------------------------------------------------------- */

/** The options that the base's shutdown honours, for EXECZ_OPTIONS(). */
#define EXECZ_SHUTDOWN_OPTIONS                                                                     \
    EXECZ_OPTION(BOOL, 0, "cancel_futures", "no", "",                                              \
                 "Whether a shutdown cancels the runs that have not begun"),                       \
        EXECZ_OPTION(BOOL, 0, "overwrite_wait", "", "",                                            \
                     "Whether a shutdown waits for the runs, whatever it was asked for; not set: " \
                     "as it was asked")

/**
 * Makes the shared object a plugin with one executor.
 *
 * ID       reverse domain name           ALIAS  names for the configuration, blanks between
 * VERSION  of the plugin                 SUMMARY  one line for people
 * CAPS     EXECZ_CAP_*, joined by |      HOOKS  a static const execz_base_hooks
 */
#define EXECZ_EXECUTOR_PLUGIN(ID, ALIAS, VERSION, SUMMARY, CAPS, HOOKS)                            \
    EXECZ_EXECUTOR_OPS_(HOOKS)                                                                     \
    EXECZ_COMPONENT_(EXECZ_KIND_EXECUTOR, ID, ALIAS, VERSION, SUMMARY, CAPS, #CAPS, execz_ops_,    \
                     EXECZ_NO_TABLE, EXECZ_NO_TABLE)

/**
 * The same with options: EXECZ_TABLE(options) or EXECZ_NO_TABLE for the executor's and its tasks'.
 */
#define EXECZ_EXECUTOR_PLUGIN_WITH(ID, ALIAS, VERSION, SUMMARY, CAPS, HOOKS, OPTIONS,              \
                                   TASK_OPTIONS)                                                   \
    EXECZ_EXECUTOR_OPS_(HOOKS)                                                                     \
    EXECZ_COMPONENT_(EXECZ_KIND_EXECUTOR, ID, ALIAS, VERSION, SUMMARY, CAPS, #CAPS, execz_ops_,    \
                     OPTIONS, TASK_OPTIONS)

/* The fixed three by their names, and the table of all. */
#define EXECZ_EXECUTOR_OPS_(HOOKS)                                                                 \
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
                                                  execz_base_health,                               \
                                                  NULL,                                            \
                                                  NULL,                                            \
                                                  execz_base_flush};

#ifdef __cplusplus
}
#endif
#endif
