/* SPDX-License-Identifier: MIT */
/* The process that waits to take the place of a worker. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

TestSuite(spare, .fini = close_pool);

static pid_t
pid_of_a_run(void)
{
    const ended *end = call("pool_bodies:process", NULL);

    cr_assert(eq(u32, end->outcome, EXECZ_OUTCOME_OK), "%s", end->message);
    return number_in(end->value, 0);
}

static bool
is_gone(void *pid)
{
    return !is_alive(*(pid_t *)pid);
}

Test(spare, it_takes_the_place_of_a_worker_that_ends)
{
    pid_t worker, spare;

    open_pool("max_workers", "1", NULL);
    worker = pid_of_a_run();
    spare = await_spare();
    cr_expect(ne(int, (int)spare, (int)worker));
    cr_assert(eq(int, kill(worker, SIGKILL), 0));
    await_that(is_gone, &worker, "the worker is gone");
    cr_expect(eq(int, (int)pid_of_a_run(), (int)spare));
    cr_expect(ne(int, (int)await_spare(), (int)spare));
}

/* A process, and a module that it should have loaded. */
static bool
has_loaded_bodies(void *pid)
{
    char path[64];
    g_autofree char *maps = NULL;

    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)*(pid_t *)pid);
    return g_file_get_contents(path, &maps, NULL, NULL) && strstr(maps, "pool_bodies") != NULL;
}

Test(spare, it_loads_the_modules_that_runs_have_needed)
{
    pid_t first, next;

    open_pool("max_workers", "1", NULL);
    (void)pid_of_a_run();
    first = await_spare();
    await_that(has_loaded_bodies, &first, "the spare has loaded the module");
    (void)call("pool_bodies:crash", "{\"how\": \"kill\"}");
    next = await_spare();
    cr_expect(ne(int, (int)next, (int)first));
    await_that(has_loaded_bodies, &next, "so has the one after it");
}

Test(spare, it_becomes_a_worker_when_one_more_is_needed)
{
    pid_t spare, pids[2];

    open_pool("max_workers", "2", NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 60000}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    spare = await_spare();
    cr_expect(eq(int, (int)pid_of_a_run(), (int)spare));
    cr_expect(eq(uint, worker_pids(pids, 2), 2));
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, -1);
}

Test(spare, it_gets_no_run_as_long_as_the_worker_lives)
{
    pid_t worker, spare;

    open_pool("max_workers", "1", NULL);
    worker = pid_of_a_run();
    spare = await_spare();
    for (int i = 0; i < 20; i++) {
        cr_expect(eq(int, (int)pid_of_a_run(), (int)worker));
    }
    cr_expect(eq(int, (int)await_spare(), (int)spare));
}

Test(spare, one_that_ends_is_replaced_and_costs_nothing)
{
    pid_t worker, spare;

    open_pool("max_workers", "1", NULL);
    worker = pid_of_a_run();
    for (int i = 0; i < 5; i++) {
        spare = await_spare();
        cr_assert(eq(int, kill(spare, SIGKILL), 0));
        await_that(is_gone, &spare, "the spare is gone");
        cr_expect(ne(int, (int)await_spare(), (int)spare));
    }
    cr_expect(eq(int, (int)pid_of_a_run(), (int)worker));
}

Test(spare, one_that_is_stopped_is_replaced)
{
    pid_t spare;

    open_pool("max_workers", "1", NULL);
    (void)pid_of_a_run();
    spare = await_spare();
    cr_assert(eq(int, kill(spare, SIGSTOP), 0));
    await_that(is_gone, &spare, "the stopped spare is gone");
    cr_expect(ne(int, (int)await_spare(), (int)spare));
}

Test(spare, one_that_is_stopped_and_goes_on_gets_no_run)
{
    pid_t worker, spare;

    open_pool("max_workers", "1", NULL);
    worker = pid_of_a_run();
    spare = await_spare();
    cr_assert(eq(int, kill(spare, SIGSTOP), 0));
    pass_time(20); /* the zygote sees both */
    cr_assert(eq(int, kill(spare, SIGCONT), 0));
    pass_time(20);
    for (int i = 0; i < 20; i++) {
        cr_expect(eq(int, (int)pid_of_a_run(), (int)worker));
    }
}

Test(spare, it_calls_the_initializer_when_it_becomes_a_worker)
{
    char path[] = "/tmp/execz-pool-XXXXXX", names[100] = "";
    int fd = mkstemp(path);
    pid_t worker, spare;

    cr_assert(eq(int, setenv("POOL_TEST_FILE", path, 1), 0));
    open_pool("max_workers", "1", "initializer", "pool_bodies:sign", NULL);
    worker = pid_of_a_run();
    spare = await_spare();
    cr_assert(eq(int, kill(worker, SIGKILL), 0));
    await_that(is_gone, &worker, "the worker is gone");
    cr_expect(eq(int, (int)pid_of_a_run(), (int)spare));
    cr_expect(eq(str, call("pool_bodies:initialized", NULL)->value, (char *)"1"));
    (void)await_spare();
    (void)!read(fd, names, sizeof names - 1);
    cr_expect(eq(str, names, (char *)"execz-worker\nexecz-worker\n"));
    (void)close(fd);
    (void)unlink(path);
}

Test(spare, one_that_waits_for_its_initializer_ends_with_the_pool)
{
    pid_t spare;

    open_pool("max_workers", "1", "initializer", "pool_bodies:initialize", NULL);
    (void)pid_of_a_run();
    spare = await_spare();
    (void)shut_down(0, -1);
    cr_expect(not(is_alive(spare)));
    cr_expect(eq(str, (char *)log_lines(), (char *)""));
}
