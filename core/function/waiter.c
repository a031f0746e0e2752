/* SPDX-License-Identifier: MIT */
#include "function/waiter.h"

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

int32_t
ez_waiter_poll(int fd, int32_t events, ez_interrupt *interrupt, int64_t deadline)
{
    struct pollfd fds[] = {{.fd = fd, .events = (short)events}, {.fd = -1, .events = POLLIN}};
    struct timespec left;
    int n;

    if (fd < 0) {
        return -EBADF; /* poll(2) would skip it and sleep */
    }
    if (interrupt != NULL) {
        fds[1].fd = ez_interrupt_fd(interrupt);
        if (fds[1].fd < 0) {
            return -EMFILE; /* better an error than a wait that nobody can end */
        }
    }
    do {
        n = ppoll(fds, 2, time_left(deadline, &left), NULL);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return -errno;
    }
    if (fds[1].revents != 0) {
        return -ECANCELED;
    }
    if (fds[0].revents & POLLNVAL) {
        return -EBADF;
    }
    return n == 0 ? -ETIMEDOUT : fds[0].revents;
}

static bool
deadline_passed(const ez_waiter *self)
{
    return self->deadline != EXECZ_NO_DEADLINE && ez_waiter_now() >= self->deadline;
}

/* Remembers what stopped the run.  A timeout of the call alone does not. */
static int32_t
note(ez_waiter *self, int32_t result)
{
    bool stops = result == -ECANCELED || (result == -ETIMEDOUT && deadline_passed(self));

    if (stops && self->stopped == 0) {
        self->stopped = result;
    }
    return result;
}

/* -ECANCELED or -ETIMEDOUT if the run has to stop now. */
static int32_t
check(ez_waiter *self)
{
    if (ez_interrupt_raised(self->interrupt)) {
        return note(self, -ECANCELED);
    }
    return deadline_passed(self) ? note(self, -ETIMEDOUT) : 0;
}

/* The nearer of the run's deadline and timeout from now. */
static int64_t
nearer_deadline(const ez_waiter *self, execz_duration timeout)
{
    int64_t own = ez_waiter_after(timeout);

    return own < self->deadline ? own : self->deadline;
}

/* The same as a duration for the inner waiter; < 0: none. */
static execz_duration
nearer_timeout(const ez_waiter *self, execz_duration timeout)
{
    int64_t left;

    if (self->deadline == EXECZ_NO_DEADLINE) {
        return timeout;
    }
    left = self->deadline - ez_waiter_now();
    left = left < 0 ? 0 : left;
    return timeout < 0 || left < timeout ? left : timeout;
}

static int32_t
sleep_inner(ez_waiter *self, execz_duration duration)
{
    execz_duration nearer = nearer_timeout(self, duration);
    int32_t result = self->inner->sleep(self->inner->self, nearer);

    return result == 0 && nearer < duration ? -ETIMEDOUT : result;
}

static int32_t
sleep_blocking(ez_waiter *self, execz_duration duration)
{
    int64_t end = ez_waiter_after(duration);
    bool cut = self->deadline < end;

    if (ez_interrupt_wait_until(self->interrupt, cut ? self->deadline : end)) {
        return -ECANCELED;
    }
    return cut ? -ETIMEDOUT : 0;
}

static int32_t
waiter_sleep(void *user, execz_duration duration)
{
    ez_waiter *self = user;
    int32_t result = check(self);

    if (result < 0 || duration <= 0) {
        return result;
    }
    return note(self,
                self->inner != NULL ? sleep_inner(self, duration) : sleep_blocking(self, duration));
}

static int32_t
waiter_wait_fd(void *user, int32_t fd, int32_t poll_events, execz_duration timeout)
{
    ez_waiter *self = user;
    int32_t result = check(self);

    if (result < 0) {
        return result;
    }
    if (self->inner != NULL) {
        result =
            self->inner->wait_fd(self->inner->self, fd, poll_events, nearer_timeout(self, timeout));
    } else {
        result = ez_waiter_poll(fd, poll_events, self->interrupt, nearer_deadline(self, timeout));
    }
    return note(self, result);
}

static int32_t
waiter_wait_child(void *user, int32_t pidfd, execz_duration timeout)
{
    ez_waiter *self = user;
    int32_t result = check(self);

    if (result < 0) {
        return result;
    }
    if (self->inner != NULL) {
        result = self->inner->wait_child(self->inner->self, pidfd, nearer_timeout(self, timeout));
    } else {
        result = ez_waiter_poll(pidfd, POLLIN, self->interrupt, nearer_deadline(self, timeout));
    }
    return note(self, result > 0 ? 0 : result);
}

static int32_t
waiter_offload(void *user, int32_t (*function)(void *), void *argument)
{
    ez_waiter *self = user;
    int32_t result = check(self);

    if (result < 0) {
        return result;
    }
    if (self->inner == NULL) {
        return function(argument); /* this thread may block */
    }
    result = self->inner->offload(self->inner->self, function, argument);
    if (result == -ECANCELED && !ez_interrupt_raised(self->interrupt)) {
        return result; /* the function's own word, not the run's end */
    }
    return note(self, result);
}

static int32_t
waiter_yield(void *user)
{
    ez_waiter *self = user;
    int32_t result = check(self);

    if (result < 0 || self->inner == NULL) {
        return result;
    }
    return note(self, self->inner->yield(self->inner->self));
}

void
ez_waiter_init(ez_waiter *self, const execz_waiter *inner, ez_interrupt *interrupt,
               int64_t deadline)
{
    *self = (ez_waiter){
        .table = {.size = sizeof self->table,
                  .self = self,
                  .sleep = waiter_sleep,
                  .wait_fd = waiter_wait_fd,
                  .wait_child = waiter_wait_child,
                  .offload = waiter_offload,
                  .yield = waiter_yield},
        .inner = inner,
        .interrupt = interrupt,
        .deadline = deadline,
    };
}
