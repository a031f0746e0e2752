/* SPDX-License-Identifier: MIT */
/* The life of a worker: take a cell, run it, answer, sleep.
 *
 * The main thread runs the bodies; a second one, the listener, hears what cannot wait until a body
 * has ended: cancel, and that the host is gone. */
#include "worker.h"

#include "surroundings.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define EXIT_NOT_USABLE 3
#define EXIT_THREAD_ENDED 5 /* 4 is EXIT_NO_BELL */

worker *worker_self;

void
worker_log(void *user, uint32_t level, const char *message)
{
    (void)user;
    if (worker_self != NULL) {
        answer_log(worker_self, level, message);
    } else {
        fprintf(stderr, "execz-worker: %s\n", message);
    }
}

/* ---- start ---------------------------------------------------------------------------------- */

static int
not_usable(const worker *self, const char *what, const char *why)
{
    wire_message message = {.kind = WIRE_NOT_USABLE};

    (void)snprintf(message.text, sizeof message.text, "%.300s%.700s", what, why);
    (void)wire_send(self->socket, &message, NULL, 0, 0);
    return EXIT_NOT_USABLE;
}

/* Dies with the zygote, and leads a group of its own, for whatever a body may start. */
static void
attach_to(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1); /* it died before */
    }
    (void)setpgid(0, 0);
}

/* Tells by the name of the process what it is: a spare turns into a worker. */
static void
take_role(worker *self)
{
    uint32_t role = atomic_load(&self->ring->role);

    if (role != self->role) {
        self->role = role;
        (void)prctl(PR_SET_NAME, role == WIRE_SPARE ? "execz-spare" : "execz-worker");
    }
}

/* A spare may never be needed: its initializer, which may have effects outside, has time until it
 * is.  Returns the exit status, 0 to go on. */
static int
initialize(worker *self)
{
    const char *initializer = self->settings->initializer;
    execz_error err = EXECZ_ERROR_INIT;
    char text[512];

    atomic_store(&self->ring->ready, WIRE_PREPARED);
    while (atomic_load(&self->ring->role) == WIRE_SPARE) {
        wire_futex_wait(&self->ring->role, WIRE_SPARE, -1);
    }
    take_role(self);
    if (self->role == WIRE_DISMISSED ||
        execz_bodies_call(self->bodies, initializer, NULL, &err) == EXECZ_OK) {
        return 0;
    }
    (void)snprintf(text, sizeof text, "initializer '%s': ", initializer);
    return not_usable(self, text, err.message);
}

static int
prepare(worker *self)
{
    char text[512];
    int error;

    if (limits_apply(self->settings, text, sizeof text) != 0) {
        return not_usable(self, "", text);
    }
    error = listener_start(self);
    if (error != 0) {
        return not_usable(self, "no thread for its messages: ", strerror(error));
    }
    return self->settings->initializer == NULL ? 0 : initialize(self);
}

/* ---- one run -------------------------------------------------------------------------------- */

static int64_t
monotonic_deadline(execz_duration timeout)
{
    struct timespec now;
    int64_t end;

    if (timeout <= 0) {
        return EXECZ_NO_DEADLINE;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    return __builtin_add_overflow(now.tv_sec * EXECZ_SECOND + now.tv_nsec, timeout, &end)
               ? EXECZ_NO_DEADLINE
               : end;
}

/* A function that is in no module may be one of the host's own: those are not here. */
static void
explain_missing(execz_result *result, char *text, size_t size)
{
    static const char missing[] = "no function module ";

    if (result->message != NULL && strncmp(result->message, missing, sizeof missing - 1) == 0) {
        (void)snprintf(text, size,
                       "%s; functions that the program itself registers cannot run in a worker "
                       "process: put them into a function module, or use another executor",
                       result->message);
        result->message = text;
    }
}

static void
run_body(worker *self, const frame *what, execz_result *result)
{
    if (execz_bodies_run(self->bodies, &what->task, &what->facts, NULL, result) != EXECZ_OK) {
        result->outcome = EXECZ_OUTCOME_ERROR;
        result->message = "the worker runs another body";
    }
}

static void
run_command(worker *self, const frame *what, execz_result *result, char *text, size_t size)
{
    surroundings before;
    int error = surroundings_take(&before);

    if (error != 0) {
        (void)snprintf(text, size,
                       "the worker cannot go back to the scheduler's working directory, which a "
                       "function that ran before has left: %s",
                       strerror(-error));
        result->outcome = EXECZ_OUTCOME_ERROR;
        result->exit_status = -1;
        result->message = text;
        return;
    }
    atomic_store(&self->ring->command, what->facts.run);
    run_body(self, what, result);
    atomic_store(&self->ring->command, 0);
    surroundings_give_back(&before);
}

static void
run(worker *self, frame *what)
{
    execz_result result = {.size = sizeof result};
    char text[2048];

    what->facts.executor = self->settings->executor;
    what->facts.deadline_monotonic = monotonic_deadline(what->task.timeout);
    limits_renew_cpu(self->settings);
    if (what->task.kind == EXECZ_TASK_COMMAND) {
        run_command(self, what, &result, text, sizeof text);
    } else {
        run_body(self, what, &result);
        explain_missing(&result, text, sizeof text);
    }
    usage_measure(&self->usage, &result);
    answer_result(self, &result);
}

/* ---- cells ---------------------------------------------------------------------------------- */

static void
fail(worker *self, const char *why)
{
    execz_result result = {
        .size = sizeof result, .outcome = EXECZ_OUTCOME_ERROR, .exit_status = -1, .message = why};

    answer_result(self, &result);
}

/* The arguments are lost, and those of the next run would be: the host takes the memory for mapped.
 * So this process ends, and a fresh one takes its place. */
static void
fail_without_arena(worker *self, int error)
{
    char text[256];

    if (error == EMFILE) {
        fail(self, "the worker has no descriptor left for the memory with the run's arguments, "
                   "which are longer than 64 KiB, so it was replaced: functions that ran in it "
                   "have left descriptors open, or 'rlimit_nofile' is too low");
        return;
    }
    (void)snprintf(text, sizeof text,
                   "the worker could not map the memory with the run's arguments, so it was "
                   "replaced: %s",
                   strerror(error));
    fail(self, text);
}

/* NULL if they cannot be had, which the host was told. */
static const unsigned char *
find_bytes(worker *self, const wire_cell *cell)
{
    const unsigned char *bytes;
    int error;

    if (cell->place != WIRE_IN_ARENA) {
        return cell->place == WIRE_IN_AREA ? self->ring->area + cell->offset : cell->bytes;
    }
    bytes = listener_arena(self, cell->serial, cell->length, &error);
    if (bytes == NULL) {
        fail_without_arena(self, error);
    }
    return bytes;
}

/* Tells that the run has begun; if that cannot be told, it does not begin here. */
static void
begin(worker *self, wire_cell *cell)
{
    if (!answer_try_bell(self)) {
        atomic_store(&cell->state, WIRE_READY);
        _exit(EXIT_NO_BELL);
    }
}

/* Runs what the cell holds; false if this process is to end now. */
static int
take(worker *self, wire_cell *cell)
{
    const unsigned char *bytes = find_bytes(self, cell);
    frame what;
    int go_on = 1;

    if (bytes == NULL) {
        go_on = 0;
    } else if (frame_read(bytes, cell->length, &what) != 0) {
        fail(self, "the worker could not read what the host has sent, or is out of memory");
    } else {
        go_on = what.kind == WIRE_RUN;
        if (go_on) {
            begin(self, cell);
            run(self, &what);
        }
        frame_free(&what);
    }
    return go_on;
}

/* The cell that is waited for. */
typedef struct awaited {
    const wire_ring *ring;
    uint32_t index;
} awaited;

static int
is_published(void *user)
{
    const awaited *self = user;

    return atomic_load_explicit(&self->ring->published, memory_order_relaxed) != self->index;
}

static void
linger(worker *self, uint32_t index)
{
    awaited cell = {self->ring, index};

    (void)execz_linger_until(&self->linger, is_published, &cell);
}

/* Loads what a worker has needed.  Whoever needs it now is told what is wrong with it. */
static void
grant_wishes(worker *self)
{
    uint32_t n = atomic_load(&self->ring->n_wishes);

    for (; self->role == WIRE_SPARE && self->granted < n; self->granted++) {
        (void)execz_bodies_preload(self->bodies, self->ring->wishes[self->granted], NULL);
    }
}

static void
wait_for_cell(worker *self, uint32_t index)
{
    wire_ring *ring = self->ring;

    if (atomic_load(&ring->published) != index && self->role == WIRE_WORKER) {
        return;
    }
    if (self->role == WIRE_WORKER) {
        linger(self, index);
    }
    while (atomic_load(&ring->published) == index) {
        atomic_store(&ring->worker_sleeps, 1);
        take_role(self); /* who promotes it from now on sees that it sleeps, and wakes it */
        grant_wishes(self);
        if (atomic_load(&ring->published) != index) {
            break;
        }
        wire_futex_wait(&ring->worker_sleeps, 1, -1);
    }
    take_role(self); /* promoted and given a run at once */
    atomic_store_explicit(&ring->worker_sleeps, 0, memory_order_relaxed);
    usage_forget(&self->usage);
}

static void
work(worker *self)
{
    wire_ring *ring = self->ring;

    for (uint32_t index = 0;; index++) {
        wire_cell *cell = &ring->cells[index % WIRE_CELLS];
        uint32_t state = WIRE_READY;

        wait_for_cell(self, index);
        if (atomic_compare_exchange_strong(&cell->state, &state, WIRE_TAKEN)) {
            self->index = index;
            if (!take(self, cell)) {
                return;
            }
        }
        atomic_store_explicit(&ring->passed, index + 1, memory_order_release);
    }
}

/* Runs when code of a function's has called pthread_exit(): the listener alone would keep the
 * process. */
static void
end_with_thread(void *argument)
{
    const worker *self = argument;

    atomic_store(&self->ring->thread_ended, 1);
    _exit(EXIT_THREAD_ENDED);
}

static int
live(worker *self)
{
    int status;

    pthread_cleanup_push(end_with_thread, self);
    status = prepare(self);
    if (status == 0) {
        atomic_store(&self->ring->ready, WIRE_TAKES);
        answer_ring_bell(self);
        work(self);
    }
    pthread_cleanup_pop(0);
    return status;
}

int
worker_run(const settings *asked, execz_bodies *bodies, wire_ring *ring, int socket, int parent)
{
    static worker self;

    attach_to(parent);
    self = (worker){.settings = asked,
                    .bodies = bodies,
                    .ring = ring,
                    .socket = socket,
                    .role = WIRE_DISMISSED};
    pthread_mutex_init(&self.lock, NULL);
    pthread_cond_init(&self.came, NULL);
    worker_self = &self;
    take_role(&self);
    return live(&self);
}
