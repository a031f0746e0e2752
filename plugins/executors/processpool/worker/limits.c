/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static int
limit(int which, int64_t value, const char *name, char *text, size_t size)
{
    struct rlimit limits = {(rlim_t)value, (rlim_t)value};

    if (value == UNLIMITED || setrlimit((__rlimit_resource_t)which, &limits) == 0) {
        return 0;
    }
    (void)snprintf(text, size, "%s: %s; is it above the limit that the host itself has?", name,
                   strerror(errno));
    return -1;
}

int
limits_apply(const settings *asked, char *text, size_t size)
{
    if (limit(RLIMIT_AS, asked->rlimit_as, "rlimit_as", text, size) != 0 ||
        limit(RLIMIT_CORE, asked->rlimit_core, "rlimit_core", text, size) != 0 ||
        limit(RLIMIT_NOFILE, asked->rlimit_nofile, "rlimit_nofile", text, size) != 0) {
        return -1;
    }
    if (asked->nice != NICE_UNSET && setpriority(PRIO_PROCESS, 0, (int)asked->nice) != 0) {
        (void)snprintf(text, size, "nice: %s; only root may be less modest than before",
                       strerror(errno));
        return -1;
    }
    return 0;
}

/* The kernel counts for the whole life of the process, so the limit moves on with each run. */
void
limits_renew_cpu(const settings *asked)
{
    struct rusage used;
    struct rlimit limits;

    if (asked->rlimit_cpu == UNLIMITED || getrusage(RUSAGE_SELF, &used) != 0 ||
        getrlimit(RLIMIT_CPU, &limits) != 0) {
        return;
    }
    limits.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1 +
                               (asked->rlimit_cpu + EXECZ_SECOND - 1) / EXECZ_SECOND);
    if (limits.rlim_max != RLIM_INFINITY && limits.rlim_cur > limits.rlim_max) {
        limits.rlim_cur = limits.rlim_max;
    }
    (void)setrlimit(RLIMIT_CPU, &limits);
}
