/* SPDX-License-Identifier: MIT */
/* A pool of processes.
 *
 *   host process                                      zygote: execz-worker --zygote
 *     the loop            send_task, cancel             one thread, forked from nobody with threads
 *     the supervisor      one thread of ours    <--->     |
 *          ^  |                                           +-- fork --> worker
 *          |  +------------- ring, socket ------------------------------> one thread runs bodies,
 *          +------------------------------ bell ------------------------< one listens
 *
 * The zygote is spawned once per start, has the libraries and the preloaded modules in its memory,
 * forks workers on request and reaps them; so a new worker costs a fork, never an exec, mostly one
 * that was made before it was needed (spare.c), and the program around us keeps its SIGCHLD, its
 * children and its descriptors to itself.  What the two sides say to each other is in wire.h; who
 * gets which run in dispatch.c; what an end of a process means in deaths.c.
 *
 * Who owns what.  A submission is in one place at a time: in the queue, in the hands of one worker
 * (worker->runs), aside because it is late, or with the thread that finishes it.  Whoever takes it
 * from its place, under the lock, finishes it.  The list of workers is changed by the supervisor
 * alone, under the lock.  Nothing of the host's is called under the lock but describe() and now(),
 * which do not call back.
 *
 * What happens at each kind of death:
 *   a worker      by signal, exit, or because it does not stop: the run it had begun is an ERROR
 *                 with signal or exit status (TIMEOUT, CANCELLED if that is why it was killed), all
 *                 it had not begun goes to others, the spare takes its place at once
 *   a worker that never became ready    no run is lost; the next try waits, longer each time
 *   the zygote    its workers die with it (PR_SET_PDEATHSIG); runs begun are LOST, what is left of
 *                 commands is killed by us, a new zygote and its workers go on with the rest
 *   the host      the zygote sees the end of its socket, kills what it has forked and exits; the
 *                 workers see the end of theirs
 *
 * Rejected: forking from the host (its threads hold locks), exec for each worker (three times as
 * slow), one queue in memory that all workers share (one wild write would harm them all), a pipe or
 * socket for runs (one system call for each, and no way to take a run back). */
#include "pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- sending -------------------------------------------------------------------------------- */

/* Whether the queue is as long as it may be.  Runs for workers that are still to be started do not
 * count as queued. */
static int
is_full_locked(const pool *self)
{
    uint32_t limit = self->settings.queue_limit;

    return limit != 0 && atomic_load(&self->runs) >= (uint64_t)limit + self->settings.max_workers;
}

static void
take_locked(pool *self, execz_submission *submission, wakes *due)
{
    atomic_fetch_add(&self->runs, 1);
    queue_push_locked(self, submission);
    if (self->idle != NULL) {
        dispatch_locked(self, due);
        return;
    }
    if (self->queued == 1) { /* what a worker ends now makes room for it */
        for (worker *at = self->workers; at != NULL; at = at->next) {
            news_are_the_supervisors_locked(at);
        }
    }
    if (self->n_workers < self->settings.max_workers) {
        pool_wake_locked(self); /* it has one more forked */
    }
}

/* The place of this submission; NULL if out of memory. */
static place *
make_place(pool *self, const execz_submission *submission)
{
    uint32_t index = EXECZ_RUN_INDEX(submission->run);
    place *chunk = self->places[index / PLACES_CHUNK];
    place *at;

    if (chunk == NULL) {
        chunk = calloc(PLACES_CHUNK, sizeof *chunk);
        self->places[index / PLACES_CHUNK] = chunk;
    }
    if (chunk == NULL) {
        return NULL;
    }
    at = &chunk[index % PLACES_CHUNK];
    at->several = submission->n > 1 ? calloc(1, sizeof *at->several) : NULL;
    return submission->n > 1 && at->several == NULL ? NULL : at;
}

/* Only a run of the schedule can be too late. */
static execz_duration
grace_of(const execz_base *base, const execz_submission *submission)
{
    execz_run_info info = {.size = sizeof info};

    (void)base->host->describe(base->host, submission->run, &info);
    return info.source == EXECZ_SOURCE_SCHEDULE ? submission->task->misfire_grace_time : -1;
}

static execz_status
do_send_task(execz_base *base, execz_submission *submission, execz_error *err)
{
    pool *self = (pool *)base->self;
    place *at = make_place(self, submission);
    wakes due = {.n = 0};
    execz_status status = EXECZ_OK;

    if (at == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    at->grace = grace_of(base, submission);
    submission->user = at;
    pthread_mutex_lock(&self->lock);
    if (self->ended) {
        status = execz_error_set(err, EXECZ_E_SHUTDOWN, "executor '%s' is shut down", base->alias);
    } else if (is_full_locked(self)) {
        status = execz_error_set(err, EXECZ_E_BUSY, "%u runs are queued, which is queue_limit",
                                 self->settings.queue_limit);
    } else {
        take_locked(self, submission, &due);
    }
    pthread_mutex_unlock(&self->lock);
    wakes_deliver(&due);
    if (status != EXECZ_OK) {
        free(at->several);
        at->several = NULL;
    }
    return status;
}

/* ---- life ----------------------------------------------------------------------------------- */

static void
pool_free(pool *self)
{
    if (self->epoll >= 0) {
        close(self->epoll);
    }
    if (self->bell >= 0) {
        close(self->bell);
    }
    if (self->loop_bell >= 0) {
        close(self->loop_bell);
    }
    for (uint32_t i = 0; i < PLACES_CHUNKS; i++) {
        free(self->places[i]);
    }
    pthread_mutex_destroy(&self->baton);
    pthread_mutex_destroy(&self->lock);
    free(self->settings.program);
    free(self);
}

static void
init_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP); /* held for very short */
    pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static pool *
pool_new(execz_base *base)
{
    pool *self = calloc(1, sizeof *self);

    if (self == NULL) {
        return NULL;
    }
    self->base = base;
    self->host = base->host;
    self->bell = self->loop_bell = self->epoll = self->zygote_socket = self->zygote_pidfd = -1;
    self->settings.max_workers = (uint32_t)execz_base_option(base, "max_workers", 10);
    self->settings.max_tasks = (uint32_t)execz_base_option(base, "max_tasks_per_child", 0);
    self->settings.queue_limit = (uint32_t)execz_base_option(base, "queue_limit", 0);
    self->settings.idle_timeout = execz_base_option(base, "idle_timeout", 0);
    pthread_mutex_init(&self->baton, NULL);
    init_lock(&self->lock);
    return self;
}

static execz_status
open_channels(pool *self, execz_error *err)
{
    self->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    self->loop_bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (self->bell < 0 || self->loop_bell < 0 || self->epoll < 0 ||
        supervisor_watch(self, self->bell, TAG_BELL) != 0) {
        return execz_error_set(err, EXECZ_E_IO, "cannot open the pool's descriptors: %s",
                               strerror(errno));
    }
    return EXECZ_OK;
}

static execz_status
start_processes(pool *self, execz_error *err)
{
    execz_status status = program_find(self->base, &self->settings.program, err);
    int end;

    if (status == EXECZ_OK) {
        status = open_channels(self, err);
    }
    if (status == EXECZ_OK) {
        status = zygote_start(self, err);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    status = self->host->thread(self->host, "supervisor", supervise, self);
    if (status != EXECZ_OK) {
        zygote_end(self, &end);
        return execz_error_set(err, status, "the system has no thread left for the supervisor");
    }
    return EXECZ_OK;
}

static execz_status
start(execz_base *base, execz_error *err)
{
    pool *self = pool_new(base);
    execz_status status;

    if (self == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    status = start_processes(self, err);
    if (status != EXECZ_OK) {
        pool_free(self);
        return status;
    }
    base->self = self;
    stand_in_start(self);
    return EXECZ_OK;
}

static void
stop(execz_base *base)
{
    pool *self = (pool *)base->self;

    pthread_mutex_lock(&self->lock);
    atomic_store(&self->stopping, 1);
    pool_wake_locked(self);
    pthread_mutex_unlock(&self->lock);
}

static void
stats(execz_base *base, execz_stats *figures)
{
    pool *self = (pool *)base->self;
    uint32_t runs;

    pthread_mutex_lock(&self->lock);
    figures->workers = self->n_workers;
    figures->busy = self->n_busy;
    runs = atomic_load(&self->runs);
    figures->queued = runs > self->n_busy ? runs - self->n_busy : 0;
    pthread_mutex_unlock(&self->lock);
}

/* A worker that could not be started is trouble as long as it is missing. */
static uint32_t
health(execz_base *base, execz_error *why)
{
    pool *self = (pool *)base->self;
    char trouble[sizeof self->trouble];
    uint32_t ready, target;

    pthread_mutex_lock(&self->lock);
    memcpy(trouble, self->trouble, sizeof trouble);
    ready = self->n_workers - self->n_starting;
    target = self->target;
    pthread_mutex_unlock(&self->lock);
    if (trouble[0] == '\0' || (ready > 0 && ready == target)) {
        return EXECZ_HEALTH_OK;
    }
    (void)execz_error_set(why, EXECZ_E_FAIL, "%u of %u workers are ready: %s", ready, target,
                          trouble);
    return ready == 0 ? EXECZ_HEALTH_DOWN : EXECZ_HEALTH_DEGRADED;
}

static void
destroy(execz_base *base)
{
    stand_in_stop((pool *)base->self);
    pool_free((pool *)base->self);
}

static const execz_base_hooks hooks = {
    .do_send_task = do_send_task,
    .start = start,
    .stop = stop,
    .cancel = run_cancel,
    .stats = stats,
    .health = health,
    .destroy = destroy,
};

EXECZ_OPTIONS(
    options, "processpool",
    EXECZ_OPTION(INT, EXECZ_OPTION_RELOADABLE, "max_workers", "10", "1..10000",
                 "Processes at most; they are forked when there is work for them"),
    EXECZ_OPTION(INT, EXECZ_OPTION_RELOADABLE, "max_tasks_per_child", "0", "0..1000000000",
                 "Runs after which a process is replaced by a fresh one; 0: never"),
    EXECZ_OPTION(INT, EXECZ_OPTION_RELOADABLE, "queue_limit", "0", "0..100000000",
                 "Runs that may wait for a worker; the scheduler keeps further ones; 0: no limit"),
    EXECZ_SHUTDOWN_OPTIONS,
    EXECZ_OPTION(STRING, EXECZ_OPTION_RELOADABLE, "initializer", "", "",
                 "Function module:name that each new process calls before it takes a run"),
    EXECZ_OPTION(STRING, EXECZ_OPTION_RELOADABLE, "preload", "", "",
                 "Function modules, blanks between, that are loaded before processes are forked"),
    EXECZ_OPTION(SIZE, EXECZ_OPTION_RELOADABLE, "rlimit_as", "", "",
                 "Address space of a process (RLIMIT_AS); the host's own limit if not set"),
    EXECZ_OPTION(SIZE, EXECZ_OPTION_RELOADABLE, "rlimit_core", "", "",
                 "Size of a core file (RLIMIT_CORE); 0: none"),
    EXECZ_OPTION(DURATION, EXECZ_OPTION_RELOADABLE, "rlimit_cpu", "", "1s..",
                 "Processor time of one run, in whole seconds (RLIMIT_CPU)"),
    EXECZ_OPTION(INT, EXECZ_OPTION_RELOADABLE, "rlimit_nofile", "", "16..1073741816",
                 "Open files of a process (RLIMIT_NOFILE)"),
    EXECZ_OPTION(INT, EXECZ_OPTION_RELOADABLE, "nice", "", "-20..19",
                 "Nice value of the processes; 19: the most modest"),
    EXECZ_OPTION(DURATION, EXECZ_OPTION_RELOADABLE, "idle_timeout", "0s", "",
                 "Ends processes that had nothing to do for this long; 0s: never"),
    EXECZ_OPTION(PATH, EXECZ_OPTION_RELOADABLE, "worker", "", "",
                 "The program execz-worker; the one beside the plugins if not set"));

EXECZ_EXECUTOR_PLUGIN_WITH("org.execz.processpool", "processpool", EXECZ_VERSION,
                           "Runs tasks in supervised worker processes",
                           EXECZ_CAP_FUNCTION | EXECZ_CAP_COMMAND | EXECZ_CAP_CANCEL, hooks,
                           EXECZ_TABLE(options), EXECZ_NO_TABLE);
