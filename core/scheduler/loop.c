/* SPDX-License-Identifier: MIT */
#include "scheduler/loop.h"

#include "base/error.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static bool
watch(const ez_loop *self, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    return fd >= 0 && epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

execz_status
ez_loop_init(ez_loop *self, int bell, execz_error *err)
{
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    self->wall_timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    self->monotonic_timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    self->armed_wall = EXECZ_TIME_NEVER;
    self->armed_monotonic = EXECZ_TIME_NEVER;
    if (self->epoll < 0 || !watch(self, bell) || !watch(self, self->wall_timer) ||
        !watch(self, self->monotonic_timer)) {
        ez_fail(err, EXECZ_E_IO, "cannot make the descriptors of the loop: %s", strerror(errno));
        ez_loop_deinit(self);
        return EXECZ_E_IO;
    }
    return EXECZ_OK;
}

static void
close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

void
ez_loop_deinit(ez_loop *self)
{
    close_fd(&self->wall_timer);
    close_fd(&self->monotonic_timer);
    close_fd(&self->epoll);
}

/* The kernel takes 0 as "disarm" and nothing below: what is long past is due at once. */
static void
set_timer(int fd, int flags, int64_t at)
{
    int64_t when = at < 1 ? 1 : at;
    struct itimerspec spec = {
        .it_value = {when / EXECZ_SECOND, when % EXECZ_SECOND},
    };

    if (at == EXECZ_TIME_NEVER) {
        memset(&spec, 0, sizeof spec);
    }
    (void)timerfd_settime(fd, flags, &spec, NULL);
}

void
ez_loop_arm(ez_loop *self, execz_time wall, int64_t monotonic)
{
    if (wall != self->armed_wall) {
        set_timer(self->wall_timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, wall);
        self->armed_wall = wall;
    }
    if (monotonic != self->armed_monotonic) {
        set_timer(self->monotonic_timer, TFD_TIMER_ABSTIME, monotonic);
        self->armed_monotonic = monotonic;
    }
}

bool
ez_loop_clear(ez_loop *self)
{
    uint64_t times;
    bool clock_was_set = false;

    if (read(self->wall_timer, &times, sizeof times) >= 0) {
        self->armed_wall = EXECZ_TIME_NEVER;
    } else if (errno == ECANCELED) {
        self->armed_wall = EXECZ_TIME_NEVER;
        clock_was_set = true;
    }
    if (read(self->monotonic_timer, &times, sizeof times) >= 0) {
        self->armed_monotonic = EXECZ_TIME_NEVER;
    }
    return clock_was_set;
}

void
ez_loop_wait(const ez_loop *self)
{
    struct pollfd poll_fd = {.fd = self->epoll, .events = POLLIN};

    while (poll(&poll_fd, 1, -1) < 0 && errno == EINTR) {
    }
}
