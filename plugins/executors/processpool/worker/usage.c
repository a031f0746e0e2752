/* SPDX-License-Identifier: MIT */
/* What bodies use of the processor: whatever this thread has used since the last one ended, but for
 * what it spent on waiting awake.
 *
 * To ask the kernel costs more than a short body does.  So what lasted less than SHORT is taken to
 * have used the processor all the time, without asking; but not for ever: GUESSED_MOST is how far
 * off the next answer of the kernel's can be by that. */
#include "worker.h"

#include <sys/resource.h>
#include <time.h>

#define SHORT (20 * EXECZ_MICROSECOND)
#define GUESSED_MOST (200 * EXECZ_MICROSECOND)

static int64_t
nanoseconds(struct timeval time)
{
    return time.tv_sec * EXECZ_SECOND + time.tv_usec * EXECZ_MICROSECOND;
}

/* How long it is since the last call, by the monotonic clock. */
static int64_t
elapsed(usage *self)
{
    struct timespec time;
    int64_t now, took;

    clock_gettime(CLOCK_MONOTONIC, &time);
    now = time.tv_sec * EXECZ_SECOND + time.tv_nsec;
    took = now - self->since;
    self->since = now;
    return took;
}

/* What was used since the kernel was last asked, without what was guessed since. */
static void
ask(usage *self, int64_t *user_out, int64_t *kernel_out)
{
    struct rusage now;
    int64_t user, kernel;

    *user_out = *kernel_out = 0;
    if (getrusage(RUSAGE_THREAD, &now) != 0) {
        return;
    }
    user = nanoseconds(now.ru_utime);
    kernel = nanoseconds(now.ru_stime);
    if (user - self->user > self->guessed) {
        *user_out = user - self->user - self->guessed;
    }
    *kernel_out = kernel - self->kernel;
    self->user = user;
    self->kernel = kernel;
    self->guessed = 0;
    self->max_rss = (uint64_t)now.ru_maxrss * 1024;
}

void
usage_measure(usage *self, execz_result *result)
{
    int64_t user = elapsed(self), kernel = 0;

    if (user > SHORT || self->max_rss == 0) {
        ask(self, &user, &kernel);
    } else {
        self->guessed += user;
    }
    if (result->max_rss == 0) {
        result->cpu_user = user;
        result->cpu_system = kernel;
        result->max_rss = self->max_rss;
    }
}

void
usage_forget(usage *self)
{
    int64_t user = elapsed(self), kernel;

    self->guessed += user < SHORT ? user : SHORT;
    if (self->guessed > GUESSED_MOST) {
        ask(self, &user, &kernel);
    }
}
