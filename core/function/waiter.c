/* SPDX-License-Identifier: MIT */
#include "function/waiter.h"

#include "function/child.h"
#include "function/forked.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

int64_t
ez_waiter_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

int64_t
ez_waiter_after(execz_duration timeout)
{
    int64_t at;

    if (timeout < 0 || __builtin_add_overflow(ez_waiter_now(), timeout, &at)) {
        return EXECZ_NO_DEADLINE;
    }
    return at;
}

/* What is left until deadline as ppoll() wants it; NULL: for ever. */
static const struct timespec *
time_left(int64_t deadline, struct timespec *left)
{
    int64_t duration;

    if (deadline == EXECZ_NO_DEADLINE) {
        return NULL;
    }
    duration = deadline - ez_waiter_now();
    duration = duration < 0 ? 0 : duration;
    *left = (struct timespec){duration / EXECZ_SECOND, duration % EXECZ_SECOND};
    return left;
}

/* Lets interrupt (NULL: none) be seen by poll(2) as one. */
static bool
watch(struct pollfd *one, ez_interrupt *interrupt)
{
    *one = (struct pollfd){.fd = -1, .events = POLLIN};
    if (interrupt == NULL) {
        return true;
    }
    one->fd = ez_interrupt_fd(interrupt);
    return one->fd >= 0;
}

/* fd < 0: only the interrupts, each of which may be NULL, and the deadline end it. */
static int32_t
poll_until(int fd, int32_t events, ez_interrupt *first, ez_interrupt *second, int64_t deadline)
{
    struct pollfd fds[3] = {{.fd = fd, .events = (short)events}};
    struct timespec left;
    int n;

    if (!watch(&fds[1], first) || !watch(&fds[2], second)) {
        return -EMFILE; /* better an error than a wait that nobody can end */
    }
    do {
        n = ppoll(fds, 3, time_left(deadline, &left), NULL);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return -errno;
    }
    if (fds[1].revents != 0 || fds[2].revents != 0) {
        return -ECANCELED;
    }
    if (fds[0].revents & POLLNVAL) {
        return -EBADF;
    }
    return n == 0 ? -ETIMEDOUT : fds[0].revents;
}

int32_t
ez_waiter_poll(int fd, int32_t events, ez_interrupt *interrupt, int64_t deadline)
{
    return fd < 0 ? -EBADF : poll_until(fd, events, interrupt, NULL, deadline);
}

static bool
deadline_passed(const ez_waiter *self)
{
    return self->deadline != EXECZ_NO_DEADLINE && ez_waiter_now() >= self->deadline;
}

static bool
is_stopped(const ez_waiter *self)
{
    return self->stop != NULL && ez_interrupt_raised(self->stop);
}

/* A timeout of the call alone does not stop the run, nor does the cancelling of one child. */
int32_t
ez_waiter_note(ez_waiter *self, int32_t result)
{
    if (result >= 0 || self->stopped != 0) {
        return result;
    }
    if ((result == -ECANCELED && !is_stopped(self)) ||
        (result == -ETIMEDOUT && deadline_passed(self))) {
        self->stopped = result;
    }
    return result;
}

int32_t
ez_waiter_check(ez_waiter *self)
{
    if (self->inner != NULL && self->forks != ez_forked_count()) {
        ez_forked_end(NULL); /* a copy of the loop must not turn */
    }
    if (ez_interrupt_raised(self->interrupt) || is_stopped(self)) {
        return ez_waiter_note(self, -ECANCELED);
    }
    return deadline_passed(self) ? ez_waiter_note(self, -ETIMEDOUT) : 0;
}

execz_duration
ez_waiter_nearer(const ez_waiter *self, execz_duration timeout)
{
    int64_t left;

    if (self->deadline == EXECZ_NO_DEADLINE) {
        return timeout;
    }
    left = self->deadline - ez_waiter_now();
    left = left < 0 ? 0 : left;
    return timeout < 0 || left < timeout ? left : timeout;
}

/* Blocks this thread within the run's deadline. */
static int32_t
block(const ez_waiter *self, int fd, int32_t events, execz_duration timeout)
{
    int64_t end = ez_waiter_after(timeout);

    if (fd < 0) {
        return -EBADF; /* poll(2) would skip it and sleep */
    }
    return poll_until(fd, events, self->interrupt, self->stop,
                      end < self->deadline ? end : self->deadline);
}

static int32_t
sleep_inner(ez_waiter *self, execz_duration duration)
{
    execz_duration nearer = ez_waiter_nearer(self, duration);
    int32_t result = self->inner->sleep(self->inner->self, nearer);

    return result == 0 && nearer < duration ? -ETIMEDOUT : result;
}

static int32_t
sleep_blocking(ez_waiter *self, execz_duration duration)
{
    int64_t end = ez_waiter_after(duration);
    bool cut = self->deadline < end;
    int32_t result = -ETIMEDOUT;

    if (cut) {
        end = self->deadline;
    }
    if (self->stop != NULL) {
        result = poll_until(-1, 0, self->interrupt, self->stop, end);
    } else if (ez_interrupt_wait_until(self->interrupt, end)) {
        result = -ECANCELED;
    }
    return result == -ETIMEDOUT && !cut ? 0 : result;
}

static int32_t
waiter_sleep(void *user, execz_duration duration)
{
    ez_waiter *self = user;
    int32_t result = ez_waiter_check(self);

    if (result < 0 || duration <= 0) {
        return result;
    }
    return ez_waiter_note(self, self->inner != NULL ? sleep_inner(self, duration)
                                                    : sleep_blocking(self, duration));
}

static int32_t
waiter_wait_fd(void *user, int32_t fd, int32_t poll_events, execz_duration timeout)
{
    ez_waiter *self = user;
    int32_t result = ez_waiter_check(self);

    if (result < 0) {
        return result;
    }
    if (self->inner != NULL) {
        result = self->inner->wait_fd(self->inner->self, fd, poll_events,
                                      ez_waiter_nearer(self, timeout));
    } else {
        result = block(self, fd, poll_events, timeout);
    }
    return ez_waiter_note(self, result);
}

static int32_t
waiter_wait_child(void *user, int32_t pidfd, execz_duration timeout)
{
    ez_waiter *self = user;
    int32_t result = ez_waiter_check(self);

    if (result < 0) {
        return result;
    }
    if (self->inner != NULL) {
        result = self->inner->wait_child(self->inner->self, pidfd, ez_waiter_nearer(self, timeout));
    } else {
        result = block(self, pidfd, POLLIN, timeout);
    }
    return ez_waiter_note(self, result > 0 ? 0 : result);
}

typedef struct offloaded {
    int32_t (*function)(void *);
    void *argument;
} offloaded;

/* On a thread of the executor, which a copy of this process must not go on as. */
static int32_t
run_offloaded(void *argument)
{
    const offloaded *self = argument;
    uint32_t forks = ez_forked_count();
    int32_t result = self->function(self->argument);

    if (ez_forked_count() != forks) {
        ez_forked_end(NULL);
    }
    return result;
}

static int32_t
waiter_offload(void *user, int32_t (*function)(void *), void *argument)
{
    offloaded call = {function, argument};
    ez_waiter *self = user;
    int32_t result = ez_waiter_check(self);

    if (result < 0) {
        return result;
    }
    if (self->inner == NULL) {
        return function(argument); /* this thread may block */
    }
    result = self->inner->offload(self->inner->self, run_offloaded, &call);
    if (result == -ECANCELED && !ez_interrupt_raised(self->interrupt) && !is_stopped(self)) {
        return result; /* the function's own word, not the run's end */
    }
    return ez_waiter_note(self, result);
}

static int32_t
waiter_yield(void *user)
{
    ez_waiter *self = user;
    int32_t result = ez_waiter_check(self);

    if (result < 0 || self->inner == NULL) {
        return result;
    }
    return ez_waiter_note(self, self->inner->yield(self->inner->self));
}

static const execz_waiter table = {
    .size = sizeof table,
    .sleep = waiter_sleep,
    .wait_fd = waiter_wait_fd,
    .wait_child = waiter_wait_child,
    .offload = waiter_offload,
    .yield = waiter_yield,
    .spawn = ez_child_spawn,
    .join = ez_child_join,
    .cancel = ez_child_cancel,
};

void
ez_waiter_init(ez_waiter *self, const execz_waiter *inner, ez_interrupt *interrupt,
               int64_t deadline)
{
    self->table = table;
    self->table.self = self;
    self->inner = inner;
    self->interrupt = interrupt;
    self->stop = NULL;
    self->deadline = deadline;
    self->stopped = 0;
    self->forks = ez_forked_count();
}
