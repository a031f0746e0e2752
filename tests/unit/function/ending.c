/* SPDX-License-Identifier: MIT */
#include "function/ending.h"

#include "commands.h"
#include "support/effort.h"

#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

TestSuite(ending, .init = commands_setup, .fini = commands_teardown);

/* The message of an ending of a child that was killed. */
static const char *
message_of(const ez_ending *ending)
{
    pid_t child = fork();
    int pidfd;

    if (child == 0) {
        pause();
        _exit(0);
    }
    pidfd = pidfd_open(child, 0);
    cr_assert(ge(int, pidfd, 0));
    kill(child, SIGKILL);
    ez_outcome_clear(&f.outcome);
    ez_ending_reap(ending, &f.task, pidfd, &f.outcome);
    close(pidfd);
    cr_expect(eq(i32, f.outcome.signal, SIGKILL));
    return f.outcome.message;
}

/* ---- words ---- */

Test(ending, tells_that_it_was_killed)
{
    ez_ending ending = {.reason = -ECANCELED, .killed = true, .n_killed = 7};

    cr_expect(eq(str, (char *)message_of(&ending),
                 (char *)"cancelled; it was killed, for it did not end within 5s of TERM"));
}

Test(ending, tells_how_many_of_its_processes_were_killed)
{
    ez_ending one = {.reason = -ECANCELED, .n_killed = 1};
    ez_ending two = {.reason = -ECANCELED, .n_killed = 2};

    cr_expect(eq(str, (char *)message_of(&one),
                 (char *)"cancelled; 1 of its processes did not end within 5s of TERM and was "
                         "killed"));
    cr_expect(eq(str, (char *)message_of(&two),
                 (char *)"cancelled; 2 of its processes did not end within 5s of TERM and were "
                         "killed"));
}

Test(ending, tells_who_could_not_be_killed)
{
    ez_ending ending = {.reason = -ETIMEDOUT, .n_refused = 3};

    cr_expect(eq(str, (char *)message_of(&ending),
                 (char *)"timed out; 3 of its processes could not be killed and may live on"));
}

Test(ending, tells_why_nobody_was_looked_for)
{
    ez_ending ending = {.reason = -ETIMEDOUT, .unsearched = (char *)"cannot read /proc"};

    f.task.timeout = EXECZ_SECOND;
    cr_expect(eq(str, (char *)message_of(&ending),
                 (char *)"timed out after 1s; only its process group was stopped: cannot read "
                         "/proc"));
}

/* ---- usage ---- */

Test(ending, tells_the_time_that_a_command_and_its_children_used)
{
    (void)output_of("i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done");
    cr_expect(gt(i64, f.outcome.cpu_user, 0));
    cr_expect(lt(i64, f.outcome.cpu_user + f.outcome.cpu_system, EXECZ_MINUTE));
    (void)output_of("sh -c 'i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done'; true");
    cr_expect(gt(i64, f.outcome.cpu_user, 0), "of its child");
}

Test(ending, tells_the_memory_that_a_command_had)
{
    (void)output_of("exec dd if=/dev/zero of=/dev/null bs=100M count=1 2>/dev/null");
    cr_expect(all(ge(u64, f.outcome.max_rss, UINT64_C(100) << 20),
                  lt(u64, f.outcome.max_rss, UINT64_C(200) << 20)),
              "%" G_GUINT64_FORMAT, f.outcome.max_rss);
}

#ifndef EZ_TESTS_THREADS_WATCHED
Test(ending, does_not_take_our_memory_for_that_of_a_command)
{
    static const size_t length = (size_t)64 << 20;
    char *much = g_malloc(length);

    memset(much, 1, length);
    run_argv("/bin/true");
    cr_expect(eq(u64, f.outcome.max_rss, 0));
    g_free(much);
}
#endif
