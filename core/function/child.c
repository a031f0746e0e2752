/* SPDX-License-Identifier: MIT */
#include "function/child.h"

#include <execz/function.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include <glib.h>

typedef struct child {
    ez_waiter waiter; /* how it waits */
    void (*entry)(void *argument, const execz_waiter *waiter);
    void *argument;
    ez_interrupt stop; /* raised by its parent */
    bool is_thread;
    void *inner;       /* not a thread: what the executor's waiter calls it */
    pthread_t thread;  /* a thread, as the next */
    ez_interrupt done; /* raised when entry has returned */
} child;

/* Threads in this process that are children. */
static atomic_uint n_threads;

static void
child_free(child *self)
{
    ez_interrupt_deinit(&self->stop);
    ez_interrupt_deinit(&self->done);
    g_free(self);
}

/* It has ended: what it was told about the run, its parent knows now too. */
static void
bury(ez_waiter *parent, child *self)
{
    if (self->is_thread) {
        pthread_join(self->thread, NULL);
        atomic_fetch_sub(&n_threads, 1);
    }
    if (parent->stopped == 0) {
        parent->stopped = self->waiter.stopped;
    }
    child_free(self);
}

/* ---- start ---- */

static void
run_inside(void *argument, const execz_waiter *inner)
{
    child *self = argument;

    self->waiter.inner = inner;
    self->entry(self->argument, &self->waiter.table);
}

static void *
run_thread(void *argument)
{
    child *self = argument;

    self->entry(self->argument, &self->waiter.table);
    ez_interrupt_raise(&self->done);
    return NULL;
}

static int32_t
start_thread(child *self)
{
    sigset_t all, before;
    int error;

    if (atomic_fetch_add(&n_threads, 1) >= EXECZ_CHILD_THREADS_MAX) {
        atomic_fetch_sub(&n_threads, 1);
        return -EAGAIN;
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    self->is_thread = true;
    error = pthread_create(&self->thread, NULL, run_thread, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        atomic_fetch_sub(&n_threads, 1);
    }
    return -error;
}

static bool
has_children(const execz_waiter *inner)
{
    return inner != NULL && inner->size >= offsetof(execz_waiter, cancel) + sizeof inner->cancel &&
           inner->spawn != NULL && inner->join != NULL && inner->cancel != NULL;
}

int32_t
ez_child_spawn(void *waiter, void (*entry)(void *argument, const execz_waiter *waiter),
               void *argument, void **child_out)
{
    ez_waiter *parent = waiter;
    int32_t result = ez_waiter_check(parent);
    child *self;

    if (result < 0) {
        return result;
    }
    self = g_new0(child, 1);
    self->entry = entry;
    self->argument = argument;
    ez_interrupt_init(&self->stop);
    ez_interrupt_init(&self->done);
    ez_waiter_init(&self->waiter, NULL, parent->interrupt, parent->deadline);
    self->waiter.stop = &self->stop;
    result = has_children(parent->inner)
                 ? parent->inner->spawn(parent->inner->self, run_inside, self, &self->inner)
                 : start_thread(self);
    if (result < 0) {
        child_free(self);
        return result;
    }
    *child_out = self;
    return 0;
}

/* ---- end ---- */

/* Waits for a thread's end through the parent's waiter. */
static int32_t
wait_for_thread(ez_waiter *parent, child *self, execz_duration timeout)
{
    int fd;

    if (ez_interrupt_raised(&self->done)) {
        return 0;
    }
    fd = ez_interrupt_fd(&self->done);
    return fd < 0 ? -EMFILE : parent->table.wait_fd(parent, fd, POLLIN, timeout);
}

int32_t
ez_child_join(void *waiter, void *which, execz_duration timeout)
{
    ez_waiter *parent = waiter;
    child *self = which;
    int32_t result = ez_waiter_check(parent);

    if (result < 0) {
        return result;
    }
    if (self->is_thread) {
        result = wait_for_thread(parent, self, timeout);
    } else {
        result = ez_waiter_note(parent, parent->inner->join(parent->inner->self, self->inner,
                                                            ez_waiter_nearer(parent, timeout)));
    }
    if (result < 0) {
        return result;
    }
    bury(parent, self);
    return 0;
}

int32_t
ez_child_cancel(void *waiter, void *which)
{
    ez_waiter *parent = waiter;
    child *self = which;

    ez_interrupt_raise(&self->stop);
    return self->is_thread ? 0 : parent->inner->cancel(parent->inner->self, self->inner);
}

static int32_t
sleep_until_done(void *argument)
{
    child *self = argument;

    (void)ez_interrupt_wait_until(&self->done, EXECZ_NO_DEADLINE);
    return 0;
}

/* As long as the executor's waiter agrees, others may go on meanwhile; if it refuses to wait for a
 * run that is told to stop, this thread is blocked: the child uses what the parent would free. */
static void
end_thread(const execz_waiter *inner, child *self)
{
    int fd = inner != NULL ? ez_interrupt_fd(&self->done) : -1;

    if (fd >= 0 && !ez_interrupt_raised(&self->done)) {
        (void)inner->wait_fd(inner->self, fd, POLLIN, -1);
    }
    if (inner != NULL && !ez_interrupt_raised(&self->done)) {
        (void)inner->offload(inner->self, sleep_until_done, self);
    }
}

/* Whether it is gone. */
static bool
end_inside(const execz_waiter *inner, child *self)
{
    int32_t result = inner->join(inner->self, self->inner, -1);

    while (result == -ECANCELED || result == -ETIMEDOUT) { /* a waiter that minds our run's end */
        (void)inner->yield(inner->self);
        result = inner->join(inner->self, self->inner, -1);
    }
    return result >= 0;
}

bool
ez_child_end(ez_waiter *waiter, void *which)
{
    child *self = which;

    if (self->is_thread) {
        end_thread(waiter->inner, self);
    } else if (!end_inside(waiter->inner, self)) {
        return false; /* its memory is better lost than used by others */
    }
    bury(waiter, self);
    return true;
}
