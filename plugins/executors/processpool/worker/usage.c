/* SPDX-License-Identifier: MIT */
/* What bodies use of the processor: whatever this thread has used since the last one ended, but for
 * what it spent on waiting awake. */
#include "worker.h"

#include <sys/resource.h>

static int64_t
nanoseconds(struct timeval time)
{
    return time.tv_sec * EXECZ_SECOND + time.tv_usec * EXECZ_MICROSECOND;
}

void
usage_measure(worker *self, execz_result *result)
{
    struct rusage now;
    int64_t user, kernel;

    if (getrusage(RUSAGE_THREAD, &now) != 0) {
        return;
    }
    user = nanoseconds(now.ru_utime);
    kernel = nanoseconds(now.ru_stime);
    if (result->max_rss == 0) {
        result->cpu_user = user - self->cpu_user;
        result->cpu_system = kernel - self->cpu_system;
        result->max_rss = (uint64_t)now.ru_maxrss * 1024;
    }
    self->cpu_user = user;
    self->cpu_system = kernel;
}

void
usage_forget(worker *self)
{
    struct rusage now;

    if (getrusage(RUSAGE_THREAD, &now) == 0) {
        self->cpu_user = nanoseconds(now.ru_utime);
        self->cpu_system = nanoseconds(now.ru_stime);
    }
}
