/* SPDX-License-Identifier: MIT */
/* The executor as the host sees it: its options, its life, and where a run goes. */
#include "asyncio.h"
#include "overflow.h"

#include <execz/sdk.h>

#include <dirent.h>
#include <sched.h>
#include <sys/resource.h>

/* A command uses so many at most, while it is being stopped; and the program around us may open some
 * more after we have counted. */
enum { COMMAND_DESCRIPTORS = 5, SPARE_DESCRIPTORS = 8 };

/* ---- the loop's own thread ------------------------------------------------------------------- */

static void
run_loop(void *argument)
{
    asyncio *self = argument;

    overflow_ready_thread();
    loop_run(&self->loop);
}

static execz_status
start_thread(asyncio *self, execz_error *err)
{
    execz_base *base = self->base;
    execz_status status = EXECZ_OK;

    if (self->host_loop == NULL && !self->thread_started) {
        status = base->host->thread(base->host, base->alias, run_loop, self);
        self->thread_started = status == EXECZ_OK;
    }
    if (status != EXECZ_OK) {
        return execz_error_set(err, EXECZ_E_BUSY, "the system has no thread left for the loop");
    }
    return EXECZ_OK;
}

/* On the scheduler's loop. */
static void
turn(void *argument)
{
    asyncio *self = argument;

    if (!pthread_equal(self->ready, pthread_self())) { /* the scheduler has moved */
        overflow_ready_thread();
        self->ready = pthread_self();
    }
    loop_turn(&self->loop);
}

/* ---- sending --------------------------------------------------------------------------------- */

static execz_status
reserve(asyncio *self, execz_error *err)
{
    switch (stack_pool_reserve(&self->loop.stacks)) {
    case STACK_OK:
        return EXECZ_OK;
    case STACK_LIMIT:
        return execz_error_set(err, EXECZ_E_BUSY,
                               "%u coroutines are running, which is "
                               "max_coroutines",
                               self->loop.stacks.limit);
    case STACK_NO_GUARD:
        return execz_error_set(err, EXECZ_E_BUSY,
                               "the kernel has no memory mapping left for the guard of one more "
                               "coroutine's stack; raise the sysctl vm.max_map_count, or use "
                               "Linux 6.13 or later");
    default:
        return execz_error_set(err, EXECZ_E_BUSY, "no memory is left for one more coroutine");
    }
}

/* A command without descriptors would be an error; one that waits for them is not. */
static execz_status
count_command(asyncio *self, execz_error *err)
{
    if (atomic_fetch_add(&self->commands, 1) < self->max_commands) {
        return EXECZ_OK;
    }
    atomic_fetch_sub(&self->commands, 1);
    return execz_error_set(err, EXECZ_E_BUSY,
                           "%u commands are running, and there may be no descriptors for more; "
                           "raise the limit of open files (ulimit -n, LimitNOFILE=)",
                           self->max_commands);
}

static execz_status
send_to_loop(asyncio *self, execz_submission *run, execz_error *err)
{
    execz_status status = reserve(self, err);

    if (status != EXECZ_OK) {
        return status;
    }
    status = start_thread(self, err);
    if (status == EXECZ_OK && run->task->kind == EXECZ_TASK_COMMAND) {
        status = count_command(self, err);
    }
    if (status != EXECZ_OK) {
        stack_pool_unreserve(&self->loop.stacks);
        return status;
    }
    if (self->host_loop != NULL) {
        runs_add(self, run);
    } else {
        runs_send(self, run);
    }
    return EXECZ_OK;
}

static execz_status
do_send_task(execz_base *base, execz_submission *run, execz_error *err)
{
    asyncio *self = base->self;

    if (run->task->kind != EXECZ_TASK_FUNCTION) {
        return send_to_loop(self, run, err);
    }
    __atomic_store_n(&run->user, &runs_pooled, __ATOMIC_RELEASE);
    return pool_push_run(&self->pool, run->run, run->task->priority, err);
}

static void
cancel(execz_base *base, execz_run run)
{
    if (runs_user(base, run) == &runs_pooled) {
        (void)execz_base_retract(base, run);
    } else {
        runs_cancel(base->self, run);
    }
}

/* ---- figures and reports --------------------------------------------------------------------- */

static void
stats(execz_base *base, execz_stats *figures)
{
    asyncio *self = base->self;
    pool_figures threads = pool_count(&self->pool);

    figures->workers = threads.workers;
    figures->busy = threads.busy + atomic_load(&self->loop.stacks.reserved);
    figures->queued = threads.queued;
}

static const char *
task_name(const coroutine *one)
{
    return ((const execz_submission *)one->owner)->task->id;
}

static void
report_slow(void *user, const coroutine *one, int64_t duration)
{
    const asyncio *self = user;

    execz_base_log(self->base, EXECZ_LOG_WARNING,
                   "task=%s its %s held the loop for %lld ms without waiting; nothing else ran on "
                   "it meanwhile: %s",
                   task_name(one), one->is_command ? "command" : "coroutine",
                   (long long)(duration / EXECZ_MILLISECOND),
                   one->is_command ? "to start or stop a process took that long, on a machine that "
                                     "is busy or short of memory"
                                   : "execz_offload() what blocks or calculates");
}

/* ---- life ------------------------------------------------------------------------------------ */

static uint32_t
default_workers(void)
{
    cpu_set_t cpus;
    int n = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;

    return n + 4 < 32 ? (uint32_t)n + 4 : 32;
}

static uint32_t
count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    uint32_t n = 0;

    while (directory != NULL && readdir(directory) != NULL) {
        n++; /* with . and .., and that of the directory, for what comes later */
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return n;
}

/* For how many commands there are descriptors, now that the loop has its own; at least one, which
 * says in its error what is missing. */
static uint32_t
room_for_commands(void)
{
    struct rlimit files;
    uint32_t used = count_descriptors() + SPARE_DESCRIPTORS;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
        files.rlim_cur >= (rlim_t)UINT32_MAX * COMMAND_DESCRIPTORS) {
        return UINT32_MAX;
    }
    return files.rlim_cur < used + COMMAND_DESCRIPTORS
               ? 1
               : (uint32_t)((files.rlim_cur - used) / COMMAND_DESCRIPTORS);
}

static execz_status
start_loop(asyncio *self, execz_error *err)
{
    execz_base *base = self->base;
    loop_options options = {
        .stack_size = (size_t)execz_base_option(base, "stack_size", 65536),
        .max_coroutines = (uint32_t)execz_base_option(base, "max_coroutines", 1000000),
        .guard = STACK_GUARD_INSTALL,
        .slow = execz_base_option(base, "slow_callback_warning", 100 * EXECZ_MILLISECOND),
        .report_slow = report_slow,
        .begin = runs_begin,
        .end = runs_end,
        .user = self,
        .name = task_name,
    };
    int error = loop_init(&self->loop, &options);

    if (error != 0) {
        char why[128];

        return execz_error_set(err, EXECZ_E_IO, "cannot make the event loop: %s",
                               strerror_r(error, why, sizeof why));
    }
    self->loop.pool = &self->pool;
    self->max_commands = room_for_commands();
    return EXECZ_OK;
}

/* Where the loop lives. */
static execz_status
place_loop(asyncio *self, execz_error *err)
{
    const execz_host *host = self->base->host;
    const char *where = host->option(host, "loop");
    execz_status status;

    if (where != NULL && strcmp(where, "own") == 0) {
        return EXECZ_OK;
    }
    self->host_loop = host->extension(host, EXECZ_EXTENSION_LOOP);
    if (self->host_loop == NULL) {
        execz_base_log(self->base, EXECZ_LOG_DEBUG,
                       "this host does not lend its loop: loop = own is used");
        return EXECZ_OK;
    }
    status = self->host_loop->watch(host, loop_descriptor(&self->loop), turn, self);
    if (status != EXECZ_OK) {
        return execz_error_set(err, status, "the scheduler cannot watch the event loop");
    }
    self->loop.stacks.alone = true;
    return EXECZ_OK;
}

static execz_status
start(execz_base *base, execz_error *err)
{
    const execz_host *host = base->host;
    asyncio *self = queue_alloc_aligned(host, sizeof *self);
    uint32_t max_workers = (uint32_t)execz_base_option(base, "max_workers", 0);
    execz_status status;

    if (self == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    self->base = base;
    self->start_message.take = runs_take;
    status = start_loop(self, err);
    if (status == EXECZ_OK) {
        status = place_loop(self, err);
        if (status != EXECZ_OK) {
            loop_deinit(&self->loop);
        }
    }
    if (status != EXECZ_OK) {
        queue_free_aligned(host, self);
        return status;
    }
    pool_init(&self->pool, host, base, base->alias,
              max_workers > 0 ? max_workers : default_workers());
    if (execz_base_option(base, "stack_overflow_report", 1) != 0 &&
        !overflow_watch(&self->loop, base->alias)) {
        execz_base_log(base, EXECZ_LOG_WARNING,
                       "an overflow of a coroutine's stack will not be reported: %d executors have "
                       "that already",
                       OVERFLOW_WATCHED_MAX);
    }
    base->self = self;
    return EXECZ_OK;
}

static void
stop(execz_base *base)
{
    asyncio *self = base->self;

    pool_stop(&self->pool);
    loop_stop(&self->loop);
}

static void
destroy(execz_base *base)
{
    asyncio *self = base->self;

    if (self->host_loop != NULL) {
        self->host_loop->unwatch(base->host, loop_descriptor(&self->loop));
    }
    overflow_unwatch(&self->loop);
    loop_deinit(&self->loop);
    pool_deinit(&self->pool);
    queue_free_aligned(base->host, self);
}

static const execz_base_hooks hooks = {
    .do_send_task = do_send_task,
    .start = start,
    .stop = stop,
    .cancel = cancel,
    .stats = stats,
    .destroy = destroy,
};

EXECZ_OPTIONS(
    options, "asyncio",
    EXECZ_OPTION(CHOICE, EXECZ_OPTION_RELOADABLE, "loop", "scheduler", "scheduler|own",
                 "Where coroutines run: on the scheduler's thread, or on one of their own"),
    EXECZ_OPTION(
        INT, EXECZ_OPTION_RELOADABLE, "max_workers", "0", "0..10000",
        "Threads at most for functions that are not coroutines; 0: processors + 4, at most "
        "32"),
    EXECZ_OPTION(INT, EXECZ_OPTION_RELOADABLE, "max_coroutines", "1000000", "1..4000000",
                 "Coroutines at the same time; the scheduler keeps further runs"),
    EXECZ_OPTION(SIZE, EXECZ_OPTION_RELOADABLE, "stack_size", "64KiB", "16KiB..64MiB",
                 "Stack of each coroutine; it takes memory only as far as it is used"),
    EXECZ_OPTION(DURATION, EXECZ_OPTION_RELOADABLE, "slow_callback_warning", "100ms", "0s..1h",
                 "Names a task whose coroutine holds the loop for longer; 0s: never"),
    EXECZ_OPTION(BOOL, EXECZ_OPTION_RELOADABLE, "stack_overflow_report", "yes", "",
                 "Whether a handler of SIGSEGV says whose stack was too small; the process dies of "
                 "it either way"),
    EXECZ_SHUTDOWN_OPTIONS);

EXECZ_EXECUTOR_PLUGIN_WITH("org.execz.asyncio", "asyncio", EXECZ_VERSION,
                           "Runs coroutines and commands on an event loop, functions in its pool",
                           EXECZ_CAP_BODIES | EXECZ_CAP_CANCEL | EXECZ_CAP_EXECUTES, hooks,
                           EXECZ_TABLE(options), EXECZ_NO_TABLE);
