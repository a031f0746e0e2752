/* SPDX-License-Identifier: MIT */
/* The process pool under fire.
 *
 *   processpool_stress kill [TASKS [KILLS [SEED]]]   processes are ended at random meanwhile, so many
 *   processpool_stress drain [TASKS [SEED]]          each max_tasks_per_child, each number of workers
 *
 * At full size, which is the default: 10000 tasks with 1000 kills, 10000 tasks in each of the pools.
 *
 * Each run has to end exactly once; afterwards the pool has its size again, and no process, zombie
 * or descriptor is left. */
#include "harness.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FULL_TASKS = 10000, FULL_KILLS = 1000, IDS = 20, WORKERS = 4, AT_A_TIME = 400 };

static uint64_t seed;

static unsigned
next_random(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % below;
}

/* A sanitizer in the worker takes SIGSEGV for a fault of its own. */
#ifdef EXECZ_TEST_SANITIZED
#define CRASH SIGKILL
#else
#define CRASH SIGSEGV
#endif

static unsigned sent[IDS];

static void
id_of(unsigned n, char id[8])
{
    (void)snprintf(id, 8, "t%u", n);
}

static void
add_tasks(void)
{
    static const char *const functions[][2] = {
        {"pool_bodies:nothing", NULL},
        {"pool_bodies:echo", "{\"text\": \"some text that is long enough to be noticed\"}"},
        {"pool_bodies:spin", "{\"ms\": 1}"},
        {"pool_bodies:sleep", "{\"ms\": 2}"},
        {"pool_bodies:blob", "{\"length\": 100000}"},
    };
    char id[8];

    for (unsigned i = 0; i < IDS; i++) {
        unsigned kind = i % 5;

        id_of(i, id);
        add_function(id, functions[kind][0], functions[kind][1]);
        sent[i] = 0;
    }
    add_function("exit", "pool_bodies:crash", "{\"how\": \"exit\"}");
}

static unsigned
count_ends(void)
{
    unsigned n = ends_of("exit");
    char id[8];

    for (unsigned i = 0; i < IDS; i++) {
        id_of(i, id);
        n += ends_of(id);
    }
    return n;
}

static void
send_one(unsigned n)
{
    char id[8];

    id_of(n, id);
    run_task(id);
    sent[n]++;
}

/* Ends a worker, the one way or the other; whether it did so by a run. */
static unsigned
end_one(void)
{
    static const int signals[] = {SIGKILL, CRASH, SIGABRT, SIGSTOP};
    unsigned how = next_random(5);
    pid_t pids[WORKERS + 8];
    unsigned n;

    if (how == 4) {
        run_task("exit");
        return 1;
    }
    n = child_pids(pids, WORKERS + 8);
    if (n > 0) {
        (void)kill(pids[next_random(n)], signals[how]);
    }
    return 0;
}

static bool
all_ended(void *expected)
{
    return count_ends() >= *(unsigned *)expected;
}

/* So many workers, a spare, and no zombie among the zygote's children. */
static bool
is_complete(void *size)
{
    pid_t pids[64];
    unsigned n = child_pids(pids, 64);

    for (unsigned i = 0; i < n; i++) {
        if (!is_alive(pids[i])) {
            return false;
        }
    }
    return n == *(unsigned *)size + 1 && worker_pids(pids, 64) == *(unsigned *)size;
}

static void
check_ends(unsigned exits)
{
    char id[8];

    pass_time(20); /* for an end too many */
    for (unsigned i = 0; i < IDS; i++) {
        id_of(i, id);
        CHECK(ends_of(id) == sent[i]);
    }
    CHECK(ends_of("exit") == exits);
}

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
under_fire(unsigned tasks, unsigned kills)
{
    unsigned total = 0, exits = 0, killed = 0, size = WORKERS;
    double start = seconds(), healed;
    unsigned before;

    open_pool("max_workers", "4", NULL); /* what libraries keep open is open then */
    close_pool();
    before = count_entries("/proc/self/fd");
    open_pool("max_workers", "4", NULL);
    add_tasks();
    while (total < tasks || killed < kills) {
        for (unsigned i = 0; i < 20 && total < tasks && total - count_ends() < AT_A_TIME; i++) {
            send_one(next_random(IDS));
            total++;
        }
        if (killed < kills && (uint64_t)killed * tasks <= (uint64_t)count_ends() * kills) {
            unsigned by_run = end_one();

            exits += by_run;
            total += by_run;
            tasks += by_run;
            killed++;
        }
        pass_time(1);
    }
    await_that(all_ended, &total, "each run ends");
    healed = seconds();
    await_that(is_complete, &size, "the pool has its size");
    healed = seconds() - healed;
    CHECK(kills < FULL_KILLS || healed < 1.5); /* a second, and something for what else runs */
    check_ends(exits);
    close_pool();
    await_no_zygote();
    await_entries("/proc/self/fd", before);
    printf("%u runs, %u workers ended meanwhile, %.1f s; whole again after %.0f ms\n", total, kills,
           seconds() - start, healed * 1000);
}

static void
drain(unsigned tasks)
{
    static const char *const limits[] = {"1", "2", "3", "7"}, *const workers[] = {"1", "2", "8"};

    for (unsigned i = 0; i < 12; i++) {
        double start = seconds();

        open_pool("max_workers", workers[i % 3], "max_tasks_per_child", limits[i / 3], NULL);
        add_function("task", "pool_bodies:process", NULL);
        for (unsigned n = 0; n < tasks; n++) {
            run_task("task");
        }
        for (unsigned n = 0; n < tasks; n += 100) { /* each hundred has its time */
            CHECK(await_ends("task", n + 100 < tasks ? n + 100 : tasks)->outcome ==
                  EXECZ_OUTCOME_OK);
        }
        CHECK(ends_of("task") == tasks);
        close_pool();
        await_no_zygote();
        printf("max_tasks_per_child %s, %s workers: %u runs in %.2f s\n", limits[i / 3],
               workers[i % 3], tasks, seconds() - start);
    }
}

static unsigned
number(int argc, char **argv, int at, unsigned otherwise)
{
    return argc > at ? (unsigned)strtoul(argv[at], NULL, 10) : otherwise;
}

int
main(int argc, char **argv)
{
    bool draining = argc > 1 && strcmp(argv[1], "drain") == 0;

    seed = argc > (draining ? 3 : 4) ? strtoull(argv[draining ? 3 : 4], NULL, 10)
                                     : (uint64_t)time(NULL);
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* a long run is told line by line */
    printf("seed %" PRIu64 "\n", seed);
    if (draining) {
        drain(number(argc, argv, 2, FULL_TASKS));
    } else {
        under_fire(number(argc, argv, 2, FULL_TASKS), number(argc, argv, 3, FULL_KILLS));
    }
    return 0;
}
