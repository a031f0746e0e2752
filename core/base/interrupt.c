/* SPDX-License-Identifier: MIT */
#include "base/interrupt.h"

#include <execz/plugin.h>

#include <errno.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

void
ez_interrupt_init(ez_interrupt *self)
{
    pthread_condattr_t attributes;

    atomic_init(&self->raised, false);
    pthread_mutex_init(&self->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&self->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    self->fd = -1;
}

void
ez_interrupt_deinit(ez_interrupt *self)
{
    if (self->fd >= 0) {
        close(self->fd);
        self->fd = -1;
    }
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
}

void
ez_interrupt_reset(ez_interrupt *self)
{
    pthread_mutex_lock(&self->lock);
    atomic_store(&self->raised, false);
    if (self->fd >= 0) {
        close(self->fd);
        self->fd = -1;
    }
    pthread_mutex_unlock(&self->lock);
}

void
ez_interrupt_raise(ez_interrupt *self)
{
    pthread_mutex_lock(&self->lock);
    if (!atomic_exchange(&self->raised, true)) {
        pthread_cond_broadcast(&self->changed);
        if (self->fd >= 0) {
            (void)eventfd_write(self->fd, 1);
        }
    }
    pthread_mutex_unlock(&self->lock);
}

bool
ez_interrupt_raised(const ez_interrupt *self)
{
    return atomic_load_explicit(&self->raised, memory_order_acquire);
}

bool
ez_interrupt_wait_until(ez_interrupt *self, int64_t deadline)
{
    struct timespec until = {deadline / EXECZ_SECOND, deadline % EXECZ_SECOND};
    int waited = 0;
    bool raised;

    pthread_mutex_lock(&self->lock);
    while (!(raised = atomic_load(&self->raised)) && waited != ETIMEDOUT) {
        if (deadline == EXECZ_NO_DEADLINE) {
            pthread_cond_wait(&self->changed, &self->lock);
        } else if (deadline <= 0) {
            waited = ETIMEDOUT; /* the clock starts at 0; a negative timespec is refused */
        } else {
            waited = pthread_cond_timedwait(&self->changed, &self->lock, &until);
        }
    }
    pthread_mutex_unlock(&self->lock);
    return raised;
}

int
ez_interrupt_fd(ez_interrupt *self)
{
    int fd;

    pthread_mutex_lock(&self->lock);
    if (self->fd < 0) {
        self->fd = eventfd(atomic_load(&self->raised) ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK);
    }
    fd = self->fd;
    pthread_mutex_unlock(&self->lock);
    return fd;
}
