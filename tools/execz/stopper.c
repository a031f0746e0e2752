/* SPDX-License-Identifier: MIT */
#include "stopper.h"

#include "command.h"
#include "daemon/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* How far the end has come; each signal goes one step further. */
enum { RUNNING, DRAINING, CANCELLING, LEAVING };

struct ez_stopper {
    execz_scheduler *scheduler;
    pthread_t thread;
    sigset_t signals;
    ez_stopper_settings settings;
    int64_t deadline;           /* monotonic; INT64_MAX: none */
    _Atomic int64_t drained_by; /* monotonic; INT64_MAX: no limit, or no signal has come */
    bool on_terminal;           /* stderr is one: a countdown can be shown */
    atomic_int stage;
    atomic_bool done;
};

static int64_t
monotonic_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

static uint64_t
unfinished(const ez_stopper *self)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self->scheduler, &info);
    return info.unfinished;
}

/* Not running yet is no failure here: arm() comes back to it. */
static void
shut_down(const ez_stopper *self)
{
    uint32_t flags = self->stage >= CANCELLING ? EXECZ_SHUTDOWN_CANCEL : 0;
    int64_t left = self->drained_by == INT64_MAX ? -1 : MAX(0, self->drained_by - monotonic_now());

    (void)execz_scheduler_shutdown(self->scheduler, flags, left, NULL);
}

static void
drain(ez_stopper *self, const char *why)
{
    uint64_t n = unfinished(self);

    self->stage = DRAINING;
    ez_notify_send("STOPPING=1");
    if (n == 0) {
        fprintf(stderr, "execz: %s: shutting down\n", why);
    } else {
        fprintf(stderr,
                "execz: %s: shutting down when %" PRIu64 " unfinished run%s ended; another signal "
                "cancels %s\n",
                why, n, n == 1 ? " has" : "s have", n == 1 ? "it" : "them");
    }
    shut_down(self);
}

static void
cancel(ez_stopper *self, const char *why)
{
    uint64_t n = unfinished(self);

    self->stage = CANCELLING;
    fprintf(stderr,
            "execz: %s: cancelling %" PRIu64 " unfinished run%s; another signal ends execz at "
            "once and leaves behind what still runs\n",
            why, n, n == 1 ? "" : "s");
    shut_down(self);
}

/* A terminal that is gone hangs up; people and service managers only send the signal. */
static bool
has_lost_terminal(const ez_stopper *self)
{
    struct pollfd terminal = {.fd = STDERR_FILENO};

    return self->on_terminal && poll(&terminal, 1, 0) > 0 &&
           (terminal.revents & (POLLHUP | POLLERR)) != 0;
}

static void
take(ez_stopper *self, int signal)
{
    const char *why = signal == SIGINT   ? "interrupted"
                      : signal == SIGHUP ? "hung up"
                                         : "terminated";

    if (signal == SIGHUP && self->settings.reload != NULL && !has_lost_terminal(self)) {
        self->settings.reload(self->settings.user);
        return;
    }
    switch (atomic_load(&self->stage)) {
    case RUNNING:
        if (self->settings.drain >= 0) {
            self->drained_by = monotonic_now() + self->settings.drain;
        }
        drain(self, why);
        break;
    case DRAINING:
        cancel(self, why);
        break;
    default:
        fprintf(stderr, "execz: %s: leaving\n", why);
        _exit(EZ_EXIT_INTERRUPTED);
    }
}

void
ez_stopper_drain(ez_stopper *self)
{
    int running = RUNNING;

    (void)atomic_compare_exchange_strong(&self->stage, &running, DRAINING);
    ez_notify_send("STOPPING=1");
    shut_down(self);
}

/* When there is something to do without a signal; INT64_MAX: never. */
static int64_t
next_deadline(const ez_stopper *self)
{
    if (self->stage == RUNNING) {
        return self->deadline;
    }
    return self->on_terminal && self->drained_by != INT64_MAX ? monotonic_now() + EXECZ_SECOND
                                                              : INT64_MAX;
}

/* The next signal; 0 if the time is over before one comes. */
static int
wait_for_signal(ez_stopper *self)
{
    int64_t deadline = next_deadline(self);
    int signal = 0;

    if (deadline == INT64_MAX) {
        return sigwait(&self->signals, &signal) == 0 ? signal : 0;
    }
    do {
        int64_t left = deadline - monotonic_now();
        struct timespec timeout = {left / EXECZ_SECOND, left % EXECZ_SECOND};

        if (left <= 0) {
            return 0;
        }
        signal = sigtimedwait(&self->signals, NULL, &timeout);
    } while (signal < 0);
    return signal;
}

static void
show_countdown(const ez_stopper *self)
{
    int64_t left = MAX(0, self->drained_by - monotonic_now()) / EXECZ_SECOND;

    fprintf(stderr, "\r\033[Kexecz: %" PRIu64 " unfinished, %" PRId64 " s left\r", unfinished(self),
            left);
}

static void *
watch(void *user)
{
    ez_stopper *self = user;

    for (;;) {
        int signal = wait_for_signal(self);

        if (self->done) {
            return NULL;
        }
        if (signal != 0) {
            take(self, signal);
        } else if (self->stage != RUNNING) {
            if (self->drained_by != INT64_MAX) {
                show_countdown(self);
            }
        } else if (unfinished(self) > 0) {
            drain(self, "the time is over");
        } else {
            ez_stopper_drain(self);
        }
    }
}

ez_stopper *
ez_stopper_new(execz_scheduler *scheduler, const ez_stopper_settings *settings)
{
    ez_stopper *self = g_new0(ez_stopper, 1);
    sigset_t blocked;
    int error;

    self->scheduler = scheduler;
    self->settings = *settings;
    self->deadline = settings->length < 0 ? INT64_MAX : monotonic_now() + settings->length;
    self->drained_by = INT64_MAX;
    self->on_terminal = isatty(STDERR_FILENO) == 1;
    sigemptyset(&self->signals);
    sigaddset(&self->signals, SIGINT);
    sigaddset(&self->signals, SIGTERM);
    sigaddset(&self->signals, SIGHUP);
    blocked = self->signals;
    sigaddset(&blocked, SIGPIPE); /* a reader that went away is an error of fflush() */
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    error = pthread_create(&self->thread, NULL, watch, self);
    if (error != 0) {
        g_free(self);
        errno = error;
        return NULL;
    }
    return self;
}

void
ez_stopper_arm(ez_stopper *self)
{
    if (self->stage != RUNNING) {
        shut_down(self);
    }
}

void
ez_stopper_free(ez_stopper *self)
{
    self->done = true;
    pthread_kill(self->thread, SIGINT); /* wakes it; it sees that it is done first */
    pthread_join(self->thread, NULL);
    g_free(self);
}
