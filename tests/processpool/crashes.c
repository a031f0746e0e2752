/* SPDX-License-Identifier: MIT */
/* What ends a worker costs its own run, and nothing else. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(crashes, .fini = close_pool);

/* The pool does as before, with a new worker. */
static void
expect_alive(void)
{
    const ended *end = call("pool_bodies:process", NULL);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_OK), eq(int, number_in(end->value, 1), 1)));
}

Test(crashes, a_signal_is_named)
{
    open_pool("max_workers", "1", NULL);
    const ended *end = call("pool_bodies:crash", "{\"how\": \"segv\"}");

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR), eq(int, end->signal, SIGSEGV),
                  ne(ptr, strstr(end->message, "killed by signal 11 (Segmentation fault)"), NULL),
                  gt(u64, end->max_rss, 0)),
              "%s", end->message);
    expect_alive();
}

Test(crashes, an_exit_is_told_with_its_status)
{
    open_pool("max_workers", "1", NULL);
    const ended *end = call("pool_bodies:crash", "{\"how\": \"exit\", \"status\": 7}");

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR), eq(int, end->exit_status, 7),
                  eq(int, end->signal, 0),
                  ne(ptr, strstr(end->message, "exit with status 7"), NULL)),
              "%s", end->message);
    expect_alive();
}

Test(crashes, an_exit_with_status_0_is_no_success)
{
    open_pool("max_workers", "1", NULL);
    const ended *end = call("pool_bodies:crash", "{\"how\": \"exit\"}");

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR), eq(int, end->exit_status, 0)));
    expect_alive();
}

Test(crashes, a_killed_worker_is_replaced)
{
    open_pool("max_workers", "1", NULL);
    const ended *end = call("pool_bodies:crash", "{\"how\": \"kill\"}");

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR), eq(int, end->signal, SIGKILL),
                  ne(ptr, strstr(end->message, "out of memory"), NULL)));
    expect_alive();
}

static void
expect_end_of_thread(const char *args)
{
    open_pool("max_workers", "1", NULL);
    const ended *end = call("pool_bodies:crash", args);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR),
                  ne(ptr, strstr(end->message, "has ended the thread"), NULL)),
              "%s", end->message);
    expect_alive();
}

Test(crashes, a_function_that_ends_its_thread_ends_its_worker)
{
    expect_end_of_thread("{\"how\": \"thread\"}");
}

Test(crashes, a_function_that_ends_its_thread_by_a_system_call_ends_its_worker)
{
    expect_end_of_thread("{\"how\": \"thread by system call\"}");
}

static bool
tells_of_thread(void *user)
{
    (void)user;
    return strstr(log_lines(), "has ended the thread") != NULL;
}

Test(crashes, an_initializer_that_ends_its_thread_is_told)
{
    open_pool("max_workers", "1", "initializer", "pool_bodies:end_thread", NULL);
    add_function("nothing", "pool_bodies:nothing", NULL);
    run_task("nothing");
    await_that(tells_of_thread, NULL, "the initializer's end is told");
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, -1);
}

/* The end of its socket is seen long before the zygote tells of its end. */
Test(crashes, a_worker_that_is_not_born_is_told_though_its_socket_closes_first)
{
    char path[] = "/tmp/execz-pool-XXXXXX";

    (void)close(mkstemp(path));
    (void)unlink(path);
    cr_assert(eq(int, setenv("POOL_TEST_FILE", path, 1), 0));
    open_pool("max_workers", "1", "initializer", "pool_bodies:end_unseen", NULL);
    cr_expect(eq(u32, call("pool_bodies:nothing", NULL)->outcome, EXECZ_OUTCOME_OK));
    await_that(tells_of_thread, NULL, "the initializer's end is told");
    (void)unlink(path);
}

static bool
waits_longer(void *user)
{
    (void)user;
    return strstr(log_lines(), "trying again in 0.4s") != NULL;
}

Test(crashes, workers_that_are_not_born_are_tried_less_and_less)
{
    open_pool("max_workers", "3", "initializer", "pool_bodies:end_thread", NULL);
    add_function("nothing", "pool_bodies:nothing", NULL);
    for (int i = 0; i < 3; i++) {
        run_task("nothing");
    }
    await_that(waits_longer, NULL, "the third try is told");
    cr_expect(all(ne(ptr, strstr(log_lines(), "trying again in 0.1s"), NULL),
                  ne(ptr, strstr(log_lines(), "trying again in 0.2s"), NULL)),
              "%s", log_lines());
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, -1);
}

Test(crashes, a_stopped_worker_is_replaced)
{
    open_pool("max_workers", "1", NULL);
    const ended *end = call("pool_bodies:crash", "{\"how\": \"stop\"}");

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR),
                  ne(ptr, strstr(end->message, "was stopped"), NULL)),
              "%s", end->message);
    expect_alive();
}

Test(crashes, a_stopped_worker_that_goes_on_is_left_alone)
{
    pid_t pid;

    open_pool("max_workers", "1", NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 900}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    cr_assert(eq(uint, worker_pids(&pid, 1), 1));
    cr_assert(eq(int, kill(pid, SIGSTOP), 0));
    pass_time(100);
    cr_assert(eq(int, kill(pid, SIGCONT), 0));
    cr_expect(eq(u32, await_ends("sleeper", 1)->outcome, EXECZ_OUTCOME_OK));
    cr_expect(is_alive(pid));
}

Test(crashes, an_idle_worker_that_is_stopped_takes_no_run_with_it)
{
    pid_t pid;

    open_pool("max_workers", "1", NULL);
    (void)call("pool_bodies:nothing", NULL);
    cr_assert(eq(uint, worker_pids(&pid, 1), 1));
    cr_assert(eq(int, kill(pid, SIGSTOP), 0));
    expect_alive();
}

Test(crashes, an_idle_worker_that_is_killed_takes_no_run_with_it)
{
    pid_t pid;

    open_pool("max_workers", "1", NULL);
    for (int i = 0; i < 20; i++) {
        cr_assert(eq(u32, call("pool_bodies:nothing", NULL)->outcome, EXECZ_OUTCOME_OK));
        cr_assert(eq(uint, worker_pids(&pid, 1), 1));
        cr_assert(eq(int, kill(pid, SIGKILL), 0));
    }
    expect_alive();
}

Test(crashes, a_worker_that_closes_its_descriptors_is_replaced)
{
    open_pool("max_workers", "1", NULL);
    cr_expect(eq(u32, call("pool_bodies:close_all", NULL)->outcome, EXECZ_OUTCOME_OK));
    expect_alive();
}

Test(crashes, a_worker_that_scribbles_over_its_ring_harms_itself_only)
{
    open_pool("max_workers", "2", NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 300}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    const ended *end = call("pool_bodies:scribble", NULL);

    cr_expect(ne(u32, end->outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(u32, await_ends("sleeper", 1)->outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(u32, call("pool_bodies:nothing", NULL)->outcome, EXECZ_OUTCOME_OK));
}

Test(crashes, a_ring_full_of_pads_is_passed_over)
{
    open_pool("max_workers", "1", NULL);
    const ended *end = call("pool_rogues:pads", NULL);

    cr_expect(eq(u32, end->outcome, EXECZ_OUTCOME_OK), "%s", end->message);
    cr_expect(eq(u32, call("pool_bodies:nothing", NULL)->outcome, EXECZ_OUTCOME_OK));
}

Test(crashes, what_waits_behind_a_crash_is_run)
{
    open_pool("max_workers", "2", NULL);
    add_function("good", "pool_bodies:nothing", NULL);
    add_function("bad", "pool_bodies:crash", "{\"how\": \"abrt\"}");
    for (int i = 0; i < 500; i++) {
        run_task(i % 50 == 0 ? "bad" : "good");
    }
    (void)await_ends("bad", 10);
    cr_expect(eq(u32, await_ends("good", 490)->outcome, EXECZ_OUTCOME_OK));
    pass_time(20);
    cr_expect(all(eq(uint, ends_of("bad"), 10), eq(uint, ends_of("good"), 490)));
}

Test(crashes, a_lost_zygote_is_replaced_with_its_workers)
{
    pid_t pids[3] = {0}, zygote;

    open_pool("max_workers", "2", NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 60000}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    zygote = zygote_pid();
    cr_assert(eq(uint, worker_pids(pids, 3), 1));
    cr_assert(eq(int, kill(zygote, SIGKILL), 0));
    const ended *end = await_ends("sleeper", 1);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_LOST),
                  ne(ptr, strstr(end->message, "killed by signal 9"), NULL)),
              "%s", end->message);
    cr_expect(not(is_alive(pids[0])));
    expect_alive();
    cr_expect(ne(int, (int)zygote_pid(), (int)zygote));
}

Test(crashes, a_stopped_zygote_is_continued)
{
    open_pool("max_workers", "2", NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 5000}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    cr_assert(eq(int, kill(zygote_pid(), SIGSTOP), 0));
    expect_alive(); /* which needs a second worker */
}

#ifndef EXECZ_TEST_SANITIZED /* which does not like what is forked from a program with threads */
static bool
all_gone(void *user)
{
    const pid_t *pids = user;

    return !is_alive(pids[0]) && !is_alive(pids[1]) && !is_alive(pids[2]);
}

/* A host of its own, which is killed; it says which processes it has started. */
static void
run_host(int out)
{
    pid_t pids[3] = {0};

    open_pool("max_workers", "2", NULL);
    add_function("sleeper", "pool_bodies:deaf", NULL);
    run_task("sleeper");
    run_task("sleeper");
    await_starts("sleeper", 2);
    (void)worker_pids(pids, 2);
    pids[2] = zygote_pid();
    (void)!write(out, pids, sizeof pids);
    pass_time(60000);
    _exit(0);
}

Test(crashes, a_killed_host_leaves_no_process)
{
    int channel[2];
    pid_t pids[3], host;

    cr_assert(eq(int, pipe(channel), 0));
    host = fork();
    if (host == 0) {
        run_host(channel[1]);
    }
    cr_assert(eq(int, (int)read(channel[0], pids, sizeof pids), (int)sizeof pids));
    cr_assert(all(gt(int, (int)pids[0], 0), gt(int, (int)pids[1], 0), gt(int, (int)pids[2], 0)));
    cr_assert(eq(int, kill(host, SIGKILL), 0));
    cr_assert(eq(int, (int)waitpid(host, NULL, 0), (int)host));
    open_pool(NULL);
    await_that(all_gone, pids, "no process is left");
}
#endif
