/* SPDX-License-Identifier: MIT */
/* What the supervisor does because time has passed. */
#include "pool.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* A run that waits this long behind another goes to the next free worker. */
#define RELIEVE_AFTER (2 * EXECZ_MILLISECOND)
/* A stopped worker that does not go on within this is killed. */
#define STOPPED_GRACE (500 * EXECZ_MILLISECOND)
/* The zygote has to tell of a start or an end within this, or it is continued, then replaced: late, for
 * all workers die with it, and on a machine that is very busy it may only be slow. */
#define ZYGOTE_LATE EXECZ_SECOND
#define ZYGOTE_LOST EXECZ_MINUTE

/* A body is looked after when it takes this long, and then half as often each time. */
#define LOOK_FIRST EXECZ_SECOND
#define LOOK_MOST (16 * EXECZ_SECOND)

typedef struct alarms {
    int64_t now;
    int64_t next; /* INT64_MAX: none */
    int nudge_zygote;
    int kill_zygote;
} alarms;

/* Whether `at` has come; if not, the supervisor wakes up then. */
static int
is_due(alarms *self, int64_t at)
{
    if (at <= self->now) {
        return 1;
    }
    self->next = at < self->next ? at : self->next;
    return 0;
}

static void
watch_zygote_locked(alarms *timers, worker *self)
{
    if (self->owed_since == 0 || !is_due(timers, self->owed_since + ZYGOTE_LATE)) {
        return;
    }
    timers->nudge_zygote = 1;
    timers->kill_zygote |= is_due(timers, self->owed_since + ZYGOTE_LOST);
}

/* When those that wait behind its run go to others. */
static int64_t
relief_at_locked(const worker *self, int64_t now)
{
    return self->inflight > 1 && self->state != WORKER_DYING
               ? (self->busy_since == 0 ? now : self->busy_since) + RELIEVE_AFTER
               : INT64_MAX;
}

static void
relieve_locked(alarms *timers, worker *self)
{
    int64_t at = relief_at_locked(self, timers->now);

    if (at != INT64_MAX && is_due(timers, at)) {
        dispatch_relieve_locked(self);
    }
}

/* When it has been idle for long enough. */
static int64_t
retires_at_locked(const worker *self)
{
    int64_t timeout = self->pool->settings.idle_timeout;

    return self->idle_since != 0 && timeout > 0 ? self->idle_since + timeout : INT64_MAX;
}

static void
retire_locked(alarms *timers, worker *self)
{
    pool *owner = self->pool;
    int64_t at = retires_at_locked(self);

    if (at != INT64_MAX && is_due(timers, at)) {
        dispatch_not_idle_locked(self);
        worker_quit_locked(self);
        owner->target--;
    }
}

/* Whether it is time to look after the main thread, which is in code that is not ours. */
static int
is_look_due_locked(alarms *timers, worker *self)
{
    int starts = self->state == WORKER_STARTING && !self->spare;

    if (self->pid == 0 || self->state == WORKER_DYING || (self->inflight == 0 && !starts)) {
        self->look_at = 0;
        return 0;
    }
    if (self->look_at == 0) {
        self->look_wait = LOOK_FIRST;
        self->look_at = timers->now + LOOK_FIRST;
    }
    if (!is_due(timers, self->look_at)) {
        return 0;
    }
    self->look_wait = self->look_wait < LOOK_MOST ? self->look_wait * 2 : LOOK_MOST;
    self->look_at = timers->now + self->look_wait;
    (void)is_due(timers, self->look_at);
    return 1;
}

/* A process whose main thread has made the exit system call is a zombie that lives on in its other
 * threads: nobody is told of it. */
static int
is_headless(const worker *self)
{
    struct pollfd end = {.fd = self->pidfd, .events = POLLIN};
    char path[40], text[256];
    const char *name_end;
    ssize_t n = -1;
    int fd;

    if (poll(&end, 1, 0) > 0) {
        return 0; /* all of it has ended, and will be reaped */
    }
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)self->pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, sizeof text - 1);
        close(fd);
    }
    text[n < 0 ? 0 : n] = '\0';
    name_end = strrchr(text, ')');
    return name_end != NULL && strncmp(name_end, ") Z", 3) == 0;
}

/* Why the worker has to be killed now; KILLED_NOT: it has not. */
static uint32_t
verdict_locked(alarms *timers, const worker *self)
{
    if (self->stopped_since != 0 && is_due(timers, self->stopped_since + STOPPED_GRACE)) {
        return KILLED_STOPPED;
    }
    return self->kill_at != INT64_MAX && is_due(timers, self->kill_at) ? self->kill_reason
                                                                       : KILLED_NOT;
}

static void
look_at_workers(pool *self, alarms *timers)
{
    wakes due = {.n = 0};

    pthread_mutex_lock(&self->lock);
    for (worker *at = self->workers; at != NULL; at = at->next) {
        watch_zygote_locked(timers, at);
        relieve_locked(timers, at);
        retire_locked(timers, at);
        at->look = is_look_due_locked(timers, at);
        at->verdict = verdict_locked(timers, at);
    }
    if (self->first != NULL || self->target > self->n_workers || self->zygote_socket < 0) {
        (void)is_due(timers, self->hold_until);
    }
    if (self->spare == NULL && self->n_workers > 0) {
        (void)is_due(timers, self->hold_until);
        (void)is_due(timers, self->spare_from);
    }
    dispatch_locked(self, &due);
    pthread_mutex_unlock(&self->lock);
    wakes_deliver(&due);
}

static int64_t
earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

int64_t
timers_next_locked(const worker *self)
{
    int64_t now = pool_now();
    int64_t next = earlier(self->kill_at, retires_at_locked(self));

    if (self->stopped_since != 0) {
        next = earlier(next, self->stopped_since + STOPPED_GRACE);
    }
    if (self->inflight > 0) {
        next = earlier(next, self->look_at == 0 ? now + LOOK_FIRST : self->look_at);
    }
    return earlier(next, relief_at_locked(self, now));
}

int64_t
timers_run(pool *self)
{
    alarms timers = {.now = pool_now(), .next = INT64_MAX};

    look_at_workers(self, &timers);
    for (worker *at = self->workers; at != NULL; at = at->next) {
        if (at->verdict == KILLED_NOT && at->look && is_headless(at)) {
            at->verdict = KILLED_HEADLESS;
        }
        if (at->verdict != KILLED_NOT) {
            death_begin(at, at->verdict);
        }
    }
    if (timers.nudge_zygote && self->zygote_pidfd >= 0) {
        (void)pidfd_send_signal(self->zygote_pidfd, timers.kill_zygote ? SIGKILL : SIGCONT, NULL,
                                0);
        (void)is_due(&timers, timers.now + ZYGOTE_LATE);
    }
    if (self->ending_since != 0) {
        (void)is_due(&timers, self->ending_since + EXECZ_SECOND + EXECZ_MILLISECOND);
    }
    return timers.next == INT64_MAX ? -1 : timers.next - timers.now;
}
