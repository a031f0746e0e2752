/* SPDX-License-Identifier: MIT */
/* Each option does what it says. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

TestSuite(options, .fini = close_pool);

Test(options, max_workers_is_how_many_run_at_a_time)
{
    pid_t pids[8];

    open_pool("max_workers", "3", NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 200}");
    for (int i = 0; i < 6; i++) {
        run_task("sleeper");
    }
    (void)await_ends("sleeper", 6);
    cr_expect(eq(uint, most_at_once_of("sleeper"), 3));
    cr_expect(eq(uint, worker_pids(pids, 8), 3));
}

Test(options, max_tasks_per_child_replaces_the_process)
{
    int pids[6], counts[6];

    open_pool("max_workers", "1", "max_tasks_per_child", "2", NULL);
    for (int i = 0; i < 6; i++) {
        const ended *end = call("pool_bodies:process", NULL);

        pids[i] = number_in(end->value, 0);
        counts[i] = number_in(end->value, 1);
    }
    cr_expect(all(eq(int, counts[0], 1), eq(int, counts[1], 2), eq(int, counts[2], 1),
                  eq(int, counts[5], 2)));
    cr_expect(all(eq(int, pids[0], pids[1]), ne(int, pids[1], pids[2]), eq(int, pids[2], pids[3])));
}

Test(options, queue_limit_leaves_the_rest_with_the_scheduler)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    char id[] = "sleeper-0";

    open_pool("max_workers", "1", "queue_limit", "2", NULL);
    spec.function = "pool_bodies:sleep";
    spec.args = "{\"ms\": 20}";
    for (char n = '0'; n < '8'; n++) {
        id[8] = n;
        add_spec(id, &spec);
        run_task(id);
    }
    pass_time(10);
    cr_expect(le(uint, executor_backlog(), 3));
    for (char n = '0'; n < '8'; n++) {
        id[8] = n;
        cr_expect(eq(u32, await_ends(id, 1)->outcome, EXECZ_OUTCOME_OK));
    }
}

Test(options, initializer_is_called_once_in_each_process)
{
    open_pool("max_workers", "1", "initializer", "pool_bodies:initialize", NULL);
    (void)call("pool_bodies:nothing", NULL);
    cr_expect(eq(str, call("pool_bodies:initialized", NULL)->value, (char *)"1"));
}

static bool
has_failed(void *user)
{
    (void)user;
    return strstr(log_lines(), "refuse: the file is not there") != NULL;
}

Test(options, an_initializer_that_fails_holds_the_runs_until_it_succeeds)
{
    char path[] = "/tmp/execz-pool-XXXXXX";

    (void)close(mkstemp(path));
    (void)unlink(path);
    cr_assert(eq(int, setenv("POOL_TEST_FILE", path, 1), 0));
    open_pool("max_workers", "1", "initializer", "pool_bodies:refuse", NULL);
    add_function("waits", "pool_bodies:nothing", NULL);
    run_task("waits");
    await_that(has_failed, NULL, "the failure is logged");
    cr_expect(eq(uint, ends_of("waits"), 0));
    (void)fclose(fopen(path, "w"));
    cr_expect(eq(u32, await_ends("waits", 1)->outcome, EXECZ_OUTCOME_OK));
    (void)unlink(path);
}

/* Whether a process has the module's code in its memory. */
static bool
has_module(pid_t pid)
{
    char path[40], line[512];
    bool found = false;
    FILE *maps;

    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    maps = fopen(path, "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        found |= strstr(line, "pool_bodies") != NULL;
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
    return found;
}

Test(options, preload_loads_into_the_zygote)
{
    open_pool("preload", "pool_bodies", NULL);
    add_command("true", "true");
    run_task("true");
    (void)await_ends("true", 1);
    cr_expect(has_module(zygote_pid()));
}

Test(options, without_preload_the_zygote_has_no_module)
{
    open_pool(NULL);
    (void)call("pool_bodies:nothing", NULL);
    cr_expect(not(has_module(zygote_pid())));
}

Test(options, what_cannot_be_preloaded_is_said)
{
    open_pool("preload", "pool_bodies absent", NULL);
    cr_expect(eq(u32, call("pool_bodies:nothing", NULL)->outcome, EXECZ_OUTCOME_OK));
    cr_expect(ne(ptr, strstr(log_lines(), "preload: no function module 'absent'"), NULL), "%s",
              log_lines());
}

Test(options, rlimit_nofile_core_and_nice_are_set)
{
    struct rlimit own;

    cr_assert(eq(int, getrlimit(RLIMIT_NOFILE, &own), 0));
    cr_assert(ne(u64, (uint64_t)own.rlim_cur, 77));
    open_pool("max_workers", "1", "rlimit_nofile", "77", "rlimit_core", "4KiB", "nice", "7", NULL);
    const char *value = call("pool_bodies:limits", NULL)->value;

    cr_expect(all(eq(int, number_in(value, 1), 4096), eq(int, number_in(value, 2), 77),
                  eq(int, number_in(value, 3), 7)),
              "%s", value);
}

#ifndef EXECZ_TEST_SANITIZED /* whose shadow memory is larger than any limit */
Test(options, rlimit_as_is_set)
{
    open_pool("max_workers", "1", "rlimit_as", "1GiB", NULL);
    cr_expect(eq(int, number_in(call("pool_bodies:limits", NULL)->value, 0), 1 << 30));
    cr_expect(
        eq(u32, call("pool_bodies:reserve", "{\"mib\": 2000}")->outcome, EXECZ_OUTCOME_ERROR));
}
#endif

Test(options, rlimit_cpu_ends_a_run_that_calculates_for_too_long)
{
    open_pool("max_workers", "1", "rlimit_cpu", "1s", NULL);
    const ended *end = call("pool_bodies:spin", "{\"ms\": 30000}");

    cr_expect(all(eq(int, end->signal, SIGXCPU), lt(i64, end->cpu_user, 5 * EXECZ_SECOND)), "%s",
              end->message);
}

static bool
none_left(void *user)
{
    pid_t pid;

    (void)user;
    return child_pids(&pid, 1) == 0;
}

Test(options, idle_timeout_ends_processes)
{
    open_pool("idle_timeout", "50ms", NULL);
    (void)call("pool_bodies:nothing", NULL);
    await_that(none_left, NULL, "neither worker nor spare is left");
    cr_expect(eq(u32, call("pool_bodies:nothing", NULL)->outcome, EXECZ_OUTCOME_OK));
}

Test(options, without_idle_timeout_processes_stay)
{
    pid_t pid;

    open_pool(NULL);
    (void)call("pool_bodies:nothing", NULL);
    pass_time(200);
    cr_expect(eq(uint, worker_pids(&pid, 1), 1));
}

Test(options, worker_names_another_program)
{
    execz_error err = EXECZ_ERROR_INIT;

    make_pool("worker", "/nonexistent/execz-worker", NULL);
    (void)execz_scheduler_start(scheduler(), &err);
    cr_expect(ne(ptr, strstr(log_lines(), "/nonexistent/execz-worker"), NULL), "%s", log_lines());
}

/* Two runs, of which one waits, and a shutdown; how many were executed. */
static unsigned
executed_of_two(uint32_t flags)
{
    unsigned n = 0;

    add_function("runs", "pool_bodies:sleep", "{\"ms\": 1000}");
    add_function("waits", "pool_bodies:sleep", "{\"ms\": 1}");
    run_task("runs");
    await_starts("runs", 1);
    run_task("waits");
    pass_time(10);
    (void)shut_down(flags, -1);
    n += await_ends("runs", 1)->outcome == EXECZ_OUTCOME_OK;
    n += await_ends("waits", 1)->outcome == EXECZ_OUTCOME_OK;
    return n;
}

Test(options, cancel_futures_cancels_what_waits_at_shutdown)
{
    open_pool("max_workers", "1", "cancel_futures", "yes", NULL);
    cr_expect(eq(uint, executed_of_two(0), 1));
    cr_expect(eq(u32, await_ends("waits", 1)->outcome, EXECZ_OUTCOME_CANCELLED));
}

Test(options, without_cancel_futures_what_waits_is_run)
{
    open_pool("max_workers", "1", NULL);
    cr_expect(eq(uint, executed_of_two(0), 2));
}

Test(options, overwrite_wait_no_cancels_though_waiting_was_asked_for)
{
    open_pool("max_workers", "1", "overwrite_wait", "no", NULL);
    cr_expect(eq(uint, executed_of_two(0), 0));
}
