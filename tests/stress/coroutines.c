/* SPDX-License-Identifier: MIT */
/* Many coroutines at the same time on the asyncio executor, through the whole scheduler: each one
 * sleeps until all are there, and then ends well; the memory of one is measured.
 *
 *   coroutines [LOOP [RUNS [BYTES [old]]]]     scheduler 100000 0: place of the loop, runs at the
 *                                              same time, bytes of one at most (0: any); old: as on a
 *                                              kernel that has guards for some 32,000 stacks only.
 *                                              There the others wait, and are run as one. */
#include "support/old_kernel.h"

#include <execz/execz.h>

#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What an older kernel has mappings for. */
#define ASLEEP_ON_OLD_KERNEL 32000

static atomic_uint n_asleep;
static atomic_bool enough;
static uint32_t n_ended,
    n_failed; /* run times; those that were covered by a later one have ended */

static execz_status
sleep_until_told(execz_call *call)
{
    execz_duration nap = EXECZ_SECOND;
    int32_t result = 0;

    atomic_fetch_add(&n_asleep, 1);
    while (result == 0 && !atomic_load(&enough)) {
        result = execz_sleep(call, nap);
    }
    return result == 0 ? EXECZ_OK : EXECZ_E_FAIL;
}

static execz_status
do_nothing(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

static void
hear_end(void *user, const execz_event *event)
{
    (void)user;
    n_ended += 1 + (uint32_t)event->coalesced;
    if (event->code != EXECZ_EVENT_TASK_EXECUTED && n_failed++ < 10) {
        fprintf(stderr, "fault: %s: %s\n", execz_event_name(event->code),
                event->result->message == NULL ? "" : event->result->message);
    }
}

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t
resident(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long total = 0, pages = 0;

    if (file == NULL || fscanf(file, "%lu %lu", &total, &pages) != 2) {
        exit(1);
    }
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void
dispatch(execz_scheduler *scheduler)
{
    struct pollfd one = {.fd = execz_scheduler_fd(scheduler), .events = POLLIN};

    (void)poll(&one, 1, 100);
    execz_scheduler_dispatch(scheduler);
}

static void
require(execz_status status, const execz_error *err)
{
    if (status != EXECZ_OK) {
        fprintf(stderr, "%s\n", err->message);
        exit(1);
    }
}

static void
add_task(execz_scheduler *scheduler, const char *id, const char *function)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    spec.id = id;
    spec.trigger = "interval(hours=10)";
    spec.function = function;
    spec.max_instances = EXECZ_MAX_INSTANCES_MAX;
    require(execz_scheduler_add_task(scheduler, &spec, &err), &err);
}

static execz_scheduler *
make(const char *place)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    static const execz_function asleep = {sizeof asleep, EXECZ_TASK_COROUTINE, "sleep",
                                          "sleeps until all do", sleep_until_told};
    static const execz_function idle = {sizeof idle, EXECZ_TASK_COROUTINE, "nothing",
                                        "does nothing", do_nothing};
    static const execz_function *const functions[] = {&asleep, &idle};
    const execz_pair where = {"loop", place};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler;

    options.plugin_path = plugin_path;
    options.log_level = EXECZ_LOG_ERROR;
    scheduler = execz_scheduler_new(&options, &err);
    require(scheduler == NULL ? EXECZ_E_FAIL : EXECZ_OK, &err);
    require(execz_scheduler_add_executor(scheduler, "default", "asyncio", &where, 1, &err), &err);
    require(execz_scheduler_add_functions(scheduler, "stress", functions, 2, &err), &err);
    add_task(scheduler, "sleeper", "stress:sleep");
    add_task(scheduler, "nothing", "stress:nothing");
    (void)execz_scheduler_add_listener(scheduler, EXECZ_EVENT_TERMINAL, hear_end, NULL);
    require(execz_scheduler_start(scheduler, &err), &err);
    return scheduler;
}

static void
run_many(execz_scheduler *scheduler, const char *id, uint32_t n)
{
    execz_error err = EXECZ_ERROR_INIT;

    for (uint32_t i = 0; i < n; i++) {
        require(execz_scheduler_run_task(scheduler, id, &err), &err);
        if (i % 1000 == 999) {
            execz_scheduler_dispatch(scheduler);
        }
    }
}

static void
run_and_end(execz_scheduler *scheduler, const char *id, uint32_t n)
{
    double before = seconds();

    n_ended = 0;
    run_many(scheduler, id, n);
    while (n_ended < n) {
        dispatch(scheduler);
    }
    printf("%u runs of %s: %.2f s, %.2f M/s\n", n, id, seconds() - before,
           n / (seconds() - before) / 1e6);
}

/* So many at the same time as the kernel has guards for.  How many bytes one takes. */
static size_t
sleep_all(execz_scheduler *scheduler, uint32_t n)
{
    uint32_t together =
        n > ASLEEP_ON_OLD_KERNEL && !kernel_installs_guards() ? ASLEEP_ON_OLD_KERNEL : n;
    size_t bytes = resident();
    double before = seconds();

    n_ended = 0;
    run_many(scheduler, "sleeper", n);
    while (atomic_load(&n_asleep) < together) {
        dispatch(scheduler);
    }
    bytes = (resident() - bytes) / atomic_load(&n_asleep);
    printf("%u asleep after %.0f ms, %zu bytes each\n", atomic_load(&n_asleep),
           (seconds() - before) * 1e3, bytes);
    atomic_store(&enough, true);
    while (n_ended < n) {
        dispatch(scheduler);
    }
    return together < n ? 0 : bytes; /* those that wait take some too */
}

int
main(int argc, char **argv)
{
    const char *place = argc > 1 ? argv[1] : "scheduler";
    uint32_t n = argc > 2 ? (uint32_t)atol(argv[2]) : 100000;
    size_t bytes_max = argc > 3 ? (size_t)atol(argv[3]) : 0, bytes;
    execz_scheduler *scheduler;

    if (argc > 4 && !kernel_make_old()) {
        perror("cannot make this kernel an old one");
        return 1;
    }
    scheduler = make(place);
    run_and_end(scheduler, "nothing", n);
    bytes = sleep_all(scheduler, n);
    execz_scheduler_free(scheduler);
    printf("loop=%s: %u ended, %u faults\n", place, n_ended, n_failed);
    return n_failed == 0 && (bytes_max == 0 || bytes <= bytes_max) ? 0 : 1;
}
