/* SPDX-License-Identifier: MIT */
/* conformance PLUGIN: drives the executor in that file through the ABI, and nothing else of execz. */
#include "checks.h"

#include <stdio.h>

typedef struct chapter {
    const char *title;
    void (*check)(host *self);
} chapter;

static const chapter always[] = {
    {"starts and ends 50 times and leaves nothing behind", check_restarts},
    {"finishes each of 2000 runs once", check_two_thousand_runs},
    {"executes run times in their order", check_run_times},
    {"refuses tasks after shutdown, which may come twice", check_shutdown_refuses},
    {"waits to a deadline, then cancels", check_shutdown_waits_and_cancels},
    {"takes shutdown from several threads amid tasks", check_shutdown_from_several_threads},
    {"cancels a run", check_cancel},
    {"keeps figures", check_stats},
    {"says that it is well", check_health},
};

static const chapter with_workers[] = {
    {"starts workers on demand", check_workers_on_demand},
    {"runs max_workers bodies at the same time", check_workers_at_most},
    {"takes the queue by priority", check_priorities},
    {"cancels what is queued", check_queue_is_cancelled},
    {"does without threads that it cannot have", check_without_threads},
};

static const chapter with_queue_limit[] = {
    {"queues exactly as many as it may", check_queue_limit},
};

static const chapter with_own_limit[] = {
    {"counts instances", check_instances},
};

static void
read_out(host *self, const chapter *chapters, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        printf("%s ...", chapters[i].title);
        fflush(stdout);
        chapters[i].check(self);
        printf(" ok\n");
    }
}

#define READ_OUT(chapters) read_out(self, chapters, sizeof(chapters) / sizeof((chapters)[0]))

int
main(int argc, char **argv)
{
    host *self;

    if (argc != 2) {
        fprintf(stderr, "usage: %s PLUGIN\n", argv[0]);
        return 2;
    }
    self = host_new(argv[1]);
    READ_OUT(always);
    if (host_has_option(self, "max_workers")) {
        READ_OUT(with_workers);
    }
    if (host_has_option(self, "queue_limit")) {
        READ_OUT(with_queue_limit);
    }
    if (self->component->caps & EXECZ_CAP_OWN_LIMIT) {
        READ_OUT(with_own_limit);
    }
    return 0;
}
