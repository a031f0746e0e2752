/* SPDX-License-Identifier: MIT */
#include "function/watch.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

int
ez_watch_init(ez_watch *self, const ez_body *body)
{
    *self = (ez_watch){.body = body, .epoll = -1};
    ez_waiter_init(&self->waiter, body->waiter, body->interrupt, body->deadline_monotonic);
    if (body->waiter != NULL) {
        self->epoll = epoll_create1(EPOLL_CLOEXEC);
        return self->epoll < 0 ? errno : 0;
    }
    return 0;
}

void
ez_watch_deinit(ez_watch *self)
{
    if (self->epoll >= 0) {
        close(self->epoll);
        self->epoll = -1;
    }
}

int
ez_watch_add(ez_watch *self, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (self->n == EZ_WATCH_MAX) {
        return ENOSPC;
    }
    if (self->epoll >= 0 && epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        return errno;
    }
    self->fds[self->n++] = (struct pollfd){.fd = fd, .events = POLLIN};
    return 0;
}

void
ez_watch_remove(ez_watch *self, int fd)
{
    int kept = 0;

    for (int i = 0; i < self->n; i++) {
        if (self->fds[i].fd != fd) {
            self->fds[kept++] = self->fds[i];
        } else if (self->epoll >= 0) {
            (void)epoll_ctl(self->epoll, EPOLL_CTL_DEL, fd, NULL);
        }
    }
    self->n = kept;
}

/* ---- waiting ---- */

static const struct timespec *
time_left(int64_t deadline, struct timespec *left)
{
    int64_t duration = MAX(0, deadline - ez_waiter_now());

    *left = (struct timespec){duration / EXECZ_SECOND, duration % EXECZ_SECOND};
    return deadline != EXECZ_NO_DEADLINE ? left : NULL;
}

/* Blocks this thread; interrupt may be NULL. */
static int32_t
block(ez_watch *self, ez_interrupt *interrupt, int64_t deadline)
{
    struct pollfd *last = &self->fds[self->n];
    struct timespec left;
    int n;

    *last = (struct pollfd){.fd = -1, .events = POLLIN};
    if (interrupt != NULL) {
        last->fd = ez_interrupt_fd(interrupt);
        if (last->fd < 0) {
            return -EMFILE; /* better an error than a wait that nobody can end */
        }
    }
    do {
        n = ppoll(self->fds, (nfds_t)self->n + 1, time_left(deadline, &left), NULL);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return -errno;
    }
    if (last->revents != 0) {
        return -ECANCELED;
    }
    return n == 0 ? -ETIMEDOUT : 0;
}

int32_t
ez_watch_wait(ez_watch *self)
{
    const execz_waiter *waiter = &self->waiter.table;
    int32_t result;

    if (self->epoll < 0) {
        return block(self, self->body->interrupt, self->body->deadline_monotonic);
    }
    result = waiter->wait_fd(waiter->self, self->epoll, POLLIN, -1);
    return result < 0 ? result : 0;
}

typedef struct patience {
    int fd;
    int64_t deadline;
} patience;

static int32_t
poll_offloaded(void *argument)
{
    const patience *self = argument;

    return ez_waiter_poll(self->fd, POLLIN, NULL, self->deadline);
}

static int32_t
wait_inner(ez_watch *self, int64_t deadline)
{
    const execz_waiter *inner = self->body->waiter;
    int64_t left = deadline == EXECZ_NO_DEADLINE ? -1 : MAX(0, deadline - ez_waiter_now());

    return inner->wait_fd(inner->self, self->epoll, POLLIN, left);
}

/* An executor's waiter may say only now that the run is cancelled, which we know, and then wait.  Or
 * it may refuse to wait for a run in this state; then a helper thread waits, and if that is refused
 * too, this one: the promised grace is worth more than this thread's time. */
void
ez_watch_wait_stopping(ez_watch *self, int64_t deadline)
{
    const execz_waiter *inner = self->body->waiter;
    patience waiting = {self->epoll, deadline};
    int32_t result;

    if (inner == NULL) {
        (void)block(self, NULL, deadline);
        return;
    }
    result = wait_inner(self, deadline);
    if (result == -ECANCELED) {
        result = wait_inner(self, deadline);
    }
    if (result < 0 && ez_waiter_now() < deadline) {
        result = inner->offload(inner->self, poll_offloaded, &waiting);
    }
    if (result < 0 && ez_waiter_now() < deadline) {
        (void)poll_offloaded(&waiting);
    }
}
