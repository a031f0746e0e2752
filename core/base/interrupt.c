/* SPDX-License-Identifier: MIT */
#include "base/interrupt.h"

#include <execz/plugin.h>

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { RAISED = 1, SLEPT_ON = 2 };

void
ez_interrupt_init(ez_interrupt *self)
{
    atomic_init(&self->state, 0);
    atomic_init(&self->fd, -1);
}

void
ez_interrupt_deinit(ez_interrupt *self)
{
    int fd = atomic_exchange(&self->fd, -1);

    if (fd >= 0) {
        close(fd);
    }
}

void
ez_interrupt_raise(ez_interrupt *self)
{
    uint32_t before = atomic_fetch_or(&self->state, RAISED);
    int fd = atomic_load(&self->fd);

    if ((before & RAISED) != 0) {
        return;
    }
    if ((before & SLEPT_ON) != 0) {
        (void)syscall(SYS_futex, &self->state, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
    }
    if (fd >= 0) {
        (void)eventfd_write(fd, 1);
    }
}

/* Sleeps on the word until it is woken, perhaps for nothing; false at the deadline. */
static bool
sleep_on(ez_interrupt *self, int64_t deadline)
{
    struct timespec until = {deadline / EXECZ_SECOND, deadline % EXECZ_SECOND};
    long result =
        syscall(SYS_futex, &self->state, FUTEX_WAIT_BITSET_PRIVATE, SLEPT_ON,
                deadline == EXECZ_NO_DEADLINE ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);

    return result == 0 || errno != ETIMEDOUT;
}

bool
ez_interrupt_wait_until(ez_interrupt *self, int64_t deadline)
{
    bool in_time = deadline > 0; /* the clock starts at 0; a negative timespec is refused */

    while (in_time && (atomic_fetch_or(&self->state, SLEPT_ON) & RAISED) == 0) {
        in_time = sleep_on(self, deadline);
    }
    return ez_interrupt_raised(self);
}

int
ez_interrupt_fd(ez_interrupt *self)
{
    int32_t none = -1;
    int fd = atomic_load(&self->fd);

    if (fd >= 0) {
        return fd;
    }
    fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd >= 0 && !atomic_compare_exchange_strong(&self->fd, &none, fd)) {
        close(fd);
        fd = none;
    }
    /* First shown, then looked: whoever raises does it the other way round. */
    if (fd >= 0 && (atomic_load(&self->state) & RAISED) != 0) {
        (void)eventfd_write(fd, 1);
    }
    return fd;
}
