/* SPDX-License-Identifier: MIT */
/* Runs tasks on a pool of threads; pool.h says how. */
#include <execz/sdk.h>

#include "pool.h"

static execz_status
do_send_run(execz_base *base, const execz_task *task, execz_run run, execz_error *err)
{
    return pool_send((pool *)base->self, task, run, err);
}

static execz_status
start(execz_base *base, execz_error *err)
{
    pool *self = (pool *)queue_alloc_aligned(base->host, sizeof *self);
    execz_status status;

    if (self == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    status = pool_start(self, base, err);
    if (status != EXECZ_OK) {
        queue_free_aligned(base->host, self);
        return status;
    }
    base->self = self;
    (void)pool_start_worker(self); /* the others on demand; if it cannot, this one, too */
    return EXECZ_OK;
}

static void
flush(execz_base *base)
{
    pool_flush((pool *)base->self);
}

static void
stop(execz_base *base)
{
    pool_stop((pool *)base->self);
}

static void
stats(execz_base *base, execz_stats *figures)
{
    pool_stats((pool *)base->self, figures);
}

static void
destroy(execz_base *base)
{
    pool_free((pool *)base->self);
    queue_free_aligned(base->host, base->self);
}

static const execz_base_hooks hooks = {
    .start = start,
    .stop = stop,
    .stats = stats,
    .destroy = destroy,
    .do_send_run = do_send_run,
    .flush = flush,
};

#define ALIASES "threadpool pool"

EXECZ_OPTIONS(
    options, ALIASES,
    EXECZ_OPTION(INT, EXECZ_OPTION_RELOADABLE, "max_workers", "10", "1..10000",
                 "Threads at most; all but one are started when there is work for them"),
    EXECZ_OPTION(INT, EXECZ_OPTION_RELOADABLE, "queue_limit", "0", "0..100000000",
                 "Runs that may wait for a worker; the scheduler keeps further ones; 0: no "
                 "limit"),
    EXECZ_OPTION(STRING, EXECZ_OPTION_RELOADABLE, "thread_name_prefix", "", "",
                 "Name of the threads, of which the system shows 15 bytes; the executor's "
                 "alias if not set"),
    EXECZ_OPTION(DURATION, EXECZ_OPTION_RELOADABLE, "idle_timeout", "0s", "0s..365d",
                 "How long a thread without work stays; 0s: until shutdown"),
    EXECZ_OPTION(STRING, EXECZ_OPTION_RELOADABLE, "initializer", "", "",
                 "Function module:name that each new thread runs first"),
    EXECZ_SHUTDOWN_OPTIONS);

EXECZ_EXECUTOR_PLUGIN_WITH("org.execz.threadpool", ALIASES, EXECZ_VERSION,
                           "Runs tasks on a pool of threads",
                           EXECZ_CAP_BODIES | EXECZ_CAP_CANCEL | EXECZ_CAP_EXECUTES, hooks,
                           EXECZ_TABLE(options), EXECZ_NO_TABLE);
