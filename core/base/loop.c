/* SPDX-License-Identifier: MIT */
#include "base/loop.h"

#include "base/error.h"

#include <execz/linger.h>

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { PASS_BY = 15 }; /* looks that are left out before there is one again */

static const execz_duration lead_max = 50 * EXECZ_MICROSECOND;
static const execz_duration long_sleep = EXECZ_SECOND; /* after which nothing is at hand any more */
static const execz_duration early =
    4 * EXECZ_MILLISECOND; /* then the timer goes off so much earlier */

typedef struct ez_watch {
    int fd;
    void (*function)(void *argument);
    void *argument;
} ez_watch;

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
    self->aim = EXECZ_TIME_NEVER;
    self->lead = 0;
    self->n_events = 0;
    self->passed_by = 0;
    self->watches = g_array_new(FALSE, FALSE, sizeof(ez_watch));
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
    g_clear_pointer(&self->watches, g_array_unref);
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

static void
set_timers(ez_loop *self, execz_time wall, int64_t monotonic)
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

void
ez_loop_arm(ez_loop *self, execz_time wall, int64_t monotonic)
{
    self->aim = wall;
    set_timers(self, wall, monotonic);
}

/* ---- ahead of time --------------------------------------------------------------------------- */

/* How much earlier the timer is to go off: not at once.  From a long sleep the loop is woken twice: the
 * processor and the memory are slow the first time, and by the second one they know the way. */
static execz_duration
head_start(const ez_loop *self, execz_duration left)
{
    if (left > long_sleep) {
        return early;
    }
    return left > self->lead ? self->lead : 0;
}

void
ez_loop_arm_ahead(ez_loop *self, execz_time wall, int64_t monotonic)
{
    bool same = wall == self->aim && self->armed_wall != EXECZ_TIME_NEVER;
    execz_time at = same ? self->armed_wall : wall;

    if (!same && wall != EXECZ_TIME_NEVER) {
        at = wall - head_start(self, wall - ez_clock_now(ez_clock_system()));
    }
    self->aim = wall;
    set_timers(self, at, monotonic);
}

/* Slowly up, fast down: to wait awake is to be the exception.  What took very long says nothing about the
 * way here: somebody else had the processor. */
static void
learn(ez_loop *self, execz_duration took)
{
    execz_duration more = MIN(took, lead_max) - self->lead;

    if (took >= 0 && took < EXECZ_MILLISECOND) {
        self->lead += more > 0 ? more / 8 : more / 2;
    }
}

/* The rest of the way to what the wall timer was set for. */
static void
wait_awake(ez_loop *self)
{
    const ez_clock *clock = ez_clock_system();
    execz_time now = ez_clock_now(clock);

    learn(self, now - self->armed_wall);
    while (now < self->aim && self->aim - now <= lead_max) { /* more if somebody sets the clock */
        execz_linger_pause(4);
        now = ez_clock_now(clock);
    }
}

/* ---- what there is to do --------------------------------------------------------------------- */

static bool
clear_wall_timer(ez_loop *self)
{
    uint64_t times;
    bool expired = read(self->wall_timer, &times, sizeof times) >= 0;
    bool clock_was_set = !expired && errno == ECANCELED;

    if (expired || clock_was_set) {
        self->armed_wall = EXECZ_TIME_NEVER;
    }
    return clock_was_set;
}

static void
clear_monotonic_timer(ez_loop *self)
{
    uint64_t times;

    if (read(self->monotonic_timer, &times, sizeof times) >= 0) {
        self->armed_monotonic = EXECZ_TIME_NEVER;
    }
}

/* The place of fd's watch; the number of watches if it has none. */
static guint
find_watch(const ez_loop *self, int fd)
{
    guint i = 0;

    while (i < self->watches->len && g_array_index(self->watches, ez_watch, i).fd != fd) {
        i++;
    }
    return i;
}

/* Looked up each time: a function may end the watches of others. */
static void
call_watch(ez_loop *self, int fd)
{
    guint i = find_watch(self, fd);

    if (i < self->watches->len) {
        ez_watch found = g_array_index(self->watches, ez_watch, i);

        found.function(found.argument);
    }
}

static int
wait_for_events(ez_loop *self, int timeout)
{
    return epoll_wait(self->epoll, self->events, EZ_LOOP_EVENTS, timeout);
}

bool
ez_loop_look(ez_loop *self)
{
    int n = self->n_events > 0 ? self->n_events : wait_for_events(self, 0);
    bool clock_was_set = false;

    self->n_events = 0;
    for (int i = 0; i < n; i++) {
        int fd = self->events[i].data.fd;

        if (fd == self->wall_timer) {
            clock_was_set = clear_wall_timer(self);
        } else if (fd == self->monotonic_timer) {
            clear_monotonic_timer(self);
        } else {
            call_watch(self, fd);
        }
    }
    return clock_was_set;
}

bool
ez_loop_pass_by(ez_loop *self)
{
    bool pass = self->n_events == 0 && self->watches->len == 0 && self->passed_by < PASS_BY;

    self->passed_by = pass ? self->passed_by + 1 : 0;
    return pass;
}

bool
ez_loop_is_due(const ez_loop *self, const ez_clock *clock)
{
    return (self->armed_wall != EXECZ_TIME_NEVER && self->armed_wall <= ez_clock_now(clock)) ||
           (self->armed_monotonic != EXECZ_TIME_NEVER &&
            self->armed_monotonic <= ez_clock_monotonic(clock));
}

execz_status
ez_loop_watch(ez_loop *self, int fd, void (*function)(void *), void *argument)
{
    ez_watch added = {fd, function, argument};

    if (find_watch(self, fd) < self->watches->len) {
        return EXECZ_E_EXISTS;
    }
    if (!watch(self, fd)) {
        return EXECZ_E_IO;
    }
    g_array_append_val(self->watches, added);
    return EXECZ_OK;
}

void
ez_loop_unwatch(ez_loop *self, int fd)
{
    guint i = find_watch(self, fd);

    if (i < self->watches->len) {
        (void)epoll_ctl(self->epoll, EPOLL_CTL_DEL, fd, NULL);
        g_array_remove_index(self->watches, i);
    }
}

void
ez_loop_unwatch_all(ez_loop *self)
{
    while (self->watches->len > 0) {
        ez_loop_unwatch(self, g_array_index(self->watches, ez_watch, 0).fd);
    }
}

void
ez_loop_wait(ez_loop *self)
{
    do {
        self->n_events = wait_for_events(self, -1);
    } while (self->n_events < 0 && errno == EINTR);
    self->n_events = MAX(self->n_events, 0);
    if (self->n_events == 1 && self->events[0].data.fd == self->wall_timer &&
        self->armed_wall != EXECZ_TIME_NEVER) {
        wait_awake(self);
    }
}
