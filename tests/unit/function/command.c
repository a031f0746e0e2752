/* SPDX-License-Identifier: MIT */
#include "function/command.h"

#include "base/parse.h"

#include "commands.h"
#include "support/effort.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

TestSuite(command, .init = commands_setup, .fini = commands_teardown);

/* The process whose number output is. */
static pid_t
process_in(const char *output)
{
    g_autofree char *line = g_strchomp(g_strdup(output));
    int64_t number = 0;

    cr_assert(eq(int, ez_parse_i64(line, &number, NULL), EXECZ_OK), "%s", line);
    cr_assert(gt(i64, number, 0));
    return (pid_t)number;
}

/* ---- how it ends ---- */

Test(command, ends_well_with_status_0)
{
    fixture_shell(&f, "exit 0");
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
    cr_expect(all(eq(i32, f.outcome.exit_status, 0), eq(i32, f.outcome.signal, 0)));
    cr_expect(zero(ptr, f.outcome.output));
}

Test(command, another_status_is_an_error)
{
    fixture_shell(&f, "exit 3");
    expect_outcome(EXECZ_OUTCOME_ERROR, "exited with status 3");
    cr_expect(all(eq(i32, f.outcome.exit_status, 3), eq(i32, f.outcome.signal, 0)));
}

Test(command, a_signal_is_named)
{
    fixture_shell(&f, "ulimit -c 0; kill -SEGV $$");
    expect_outcome(EXECZ_OUTCOME_ERROR, "killed by signal 11 (Segmentation fault)");
    cr_expect(all(eq(i32, f.outcome.exit_status, -1), eq(i32, f.outcome.signal, 11)));
}

Test(command, its_end_is_unknown_where_the_program_ignores_children)
{
    commands_ignore(SIGCHLD);
    fixture_shell(&f, "exit 3");
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_LOST));
}

/* ---- output ---- */

Test(command, stdout_and_stderr_come_in_one_piece)
{
    cr_expect(eq(str, (char *)output_of("echo one; echo two >&2; echo three"),
                 (char *)"one\ntwo\nthree\n"));
}

Test(command, of_much_output_head_and_tail_are_kept)
{
    f.task.output_limit = 20;
    cr_expect(eq(str,
                 (char *)output_of("printf 0123456789; head -c 1000000 /dev/zero; "
                                   "printf abcdefghij"),
                 (char *)"0123456789abcdefghij"));
    cr_expect(all(eq(sz, f.outcome.output_length, 20), eq(u64, f.outcome.output_dropped, 1000000)));
}

Test(command, output_may_hold_any_byte)
{
    (void)output_of("printf 'a\\000b'");
    cr_expect(eq(sz, f.outcome.output_length, 3));
    cr_expect(eq(int, memcmp(f.outcome.output, "a\0b", 3), 0));
}

Test(command, ends_though_a_grandchild_keeps_the_pipe_open)
{
    pid_t grandchild;

    fixture_timeout(&f, EXECZ_MINUTE);
    grandchild = process_in(output_of("sleep 60 & echo $!"));
    cr_expect(eq(int, kill(grandchild, SIGKILL), 0), "it was still there");
}

Test(command, may_close_its_output_and_go_on)
{
    fixture_shell(&f, "echo first; exec >&- 2>&-; sleep 0.05; exit 4");
    expect_outcome(EXECZ_OUTCOME_ERROR, "exited with status 4");
    cr_expect(eq(str, f.outcome.output, (char *)"first\n"));
}

Test(command, many_lines_of_one_byte_are_kept)
{
    (void)output_of("yes '' | head -n 30000");
    cr_expect(all(eq(sz, f.outcome.output_length, 30000), eq(u64, f.outcome.output_dropped, 0)));
}

Test(command, much_output_needs_no_memory)
{
    struct rusage before, after;

    f.task.output_limit = 4096;
    getrusage(RUSAGE_SELF, &before);
    (void)output_of("exec head -c 200000000 /dev/zero");
    getrusage(RUSAGE_SELF, &after);
    cr_expect(eq(u64, f.outcome.output_dropped, 200000000 - 4096));
    cr_expect(lt(long, after.ru_maxrss - before.ru_maxrss, 16384), "in KiB");
}

/* ---- stopped by the clock ---- */

Test(command, is_told_to_end_at_its_deadline)
{
    fixture_timeout(&f, 20 * EXECZ_MILLISECOND);
    f.task.kill_grace = EXECZ_MINUTE;
    fixture_shell(&f, "exec sleep 60");
    expect_outcome(EXECZ_OUTCOME_TIMEOUT, "timed out after 20ms");
    cr_expect(eq(i32, f.outcome.signal, SIGTERM));
}

Test(command, a_stopped_process_is_ended_too)
{
    fixture_timeout(&f, 50 * EXECZ_MILLISECOND);
    f.task.kill_grace = EXECZ_MINUTE;
    fixture_shell(&f, "kill -STOP $$");
    expect_outcome(EXECZ_OUTCOME_TIMEOUT, "timed out after 50ms");
    cr_expect(eq(i32, f.outcome.signal, SIGTERM));
}

/* ---- stopped once it is what it shall be ---- */

/* Shell: tells that the time has come. */
#define READY ": >$READY; "

static void *
raise_when_ready(void *path)
{
    while (access(path, F_OK) != 0) {
        poll(NULL, 0, 1);
    }
    ez_interrupt_raise(&f.interrupt);
    return NULL;
}

/* Runs script, and cancels it when it says that it is ready. */
static void
cancel_ready(const char *script)
{
    g_autofree char *path = g_build_filename(folder, "ready", NULL);
    pthread_t thread;

    setenv("READY", path, 1);
    pthread_create(&thread, NULL, raise_when_ready, path);
    fixture_shell(&f, script);
    pthread_join(thread, NULL);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_CANCELLED));
}

Test(command, an_interrupt_ends_it)
{
    cancel_ready(READY "exec sleep 60");
    expect_outcome(EXECZ_OUTCOME_CANCELLED, "cancelled");
    cr_expect(eq(i32, f.outcome.signal, SIGTERM));
}

Test(command, may_end_as_it_likes_when_it_is_told_to)
{
    f.task.kill_grace = EXECZ_MINUTE;
    /* Short sleeps: a TERM between fork and exec is the shell's trap's, and the sleep goes on.  What
     * the shell says of a sleep that is ended goes nowhere. */
    cancel_ready("exec 2>/dev/null; trap 'echo bye; exit 9' TERM; " READY
                 "while :; do sleep 0.1; done");
    expect_outcome(EXECZ_OUTCOME_CANCELLED, "cancelled");
    cr_expect(eq(str, f.outcome.output, (char *)"bye\n"));
    cr_expect(eq(i32, f.outcome.exit_status, 9));
}

Test(command, may_write_for_ever_and_is_still_stopped)
{
    cancel_ready("head -c 1000000 /dev/zero; " READY "exec cat /dev/zero");
    expect_outcome(EXECZ_OUTCOME_CANCELLED, "cancelled");
    cr_expect(all(eq(sz, f.outcome.output_length, 65536), gt(u64, f.outcome.output_dropped, 0)));
}

Test(command, is_killed_if_it_ignores_that)
{
    f.task.kill_grace = 50 * EXECZ_MILLISECOND;
    cancel_ready("trap '' TERM; " READY "sleep 60; sleep 60; sleep 60");
    expect_outcome(EXECZ_OUTCOME_CANCELLED,
                   "cancelled; it was killed, for it did not end within 50ms of TERM");
    cr_expect(eq(i32, f.outcome.signal, SIGKILL));
}

Test(command, without_a_grace_it_is_killed_at_once)
{
    f.task.kill_grace = 0;
    cancel_ready("trap '' TERM; " READY "sleep 60; sleep 60");
    cr_expect(eq(i32, f.outcome.signal, SIGKILL));
}

Test(command, is_signalled_once)
{
    f.task.kill_grace = EXECZ_MINUTE;
    cancel_ready("exec 2>/dev/null; trap 'echo term; told=1' TERM; " READY
                 "until [ \"$told\" ]; do sleep 0.02; done; sleep 0.3");
    cr_expect(eq(str, f.outcome.output, (char *)"term\n"));
}

/* ---- stopped with what it has started ---- */

/* Shell: starts script in the background, tells its number, and waits until that is ready. */
#define BEHIND(how, script)                                                                        \
    how "'" script "' >/dev/null 2>&1 & echo $!; until [ -e $READY.b ]; do sleep 0.01; done; "
#define BEHIND_READY ": >$READY.b; "
#define DAEMON(script) BEHIND("setsid sh -c ", script)

/* Whether the process whose number output begins with is gone, or dead and not reaped. */
static bool
is_gone(void)
{
    g_autofree char *line = g_strndup(f.outcome.output, strcspn(f.outcome.output, "\n"));
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", process_in(line));
    g_autofree char *text = NULL;

    for (int i = 0; i < 60000; i++) {
        g_clear_pointer(&text, g_free);
        if (!g_file_get_contents(path, &text, NULL, NULL) || strstr(text, ") Z ") != NULL) {
            return true;
        }
        poll(NULL, 0, 1);
    }
    return false;
}

Test(command, its_whole_group_ends_with_it)
{
    f.task.kill_grace = 20 * EXECZ_MILLISECOND;
    cancel_ready(BEHIND("sh -c ", "trap \"\" TERM; " BEHIND_READY "sleep 60; sleep 60") READY
                 "wait");
    cr_expect(is_gone());
}

Test(command, a_daemon_that_it_started_ends_with_it)
{
    f.task.kill_grace = EXECZ_MINUTE;
    cancel_ready(DAEMON(BEHIND_READY "exec sleep 60") READY "exec sleep 60");
    expect_outcome(EXECZ_OUTCOME_CANCELLED, "cancelled");
    cr_expect(is_gone());
}

Test(command, a_daemon_has_its_grace_too)
{
    g_autofree char *bye = g_build_filename(folder, "bye", NULL);

    f.task.kill_grace = EXECZ_MINUTE;
    setenv("BYE", bye, 1);
    cancel_ready(DAEMON("trap \"sleep 0.2; : >$BYE; exit\" TERM; " BEHIND_READY
                        "while :; do sleep 0.05; done") READY "exec sleep 60");
    expect_outcome(EXECZ_OUTCOME_CANCELLED, "cancelled");
    cr_expect(eq(int, access(bye, F_OK), 0), "it was killed before its grace was over");
    cr_expect(is_gone());
}

Test(command, a_daemon_that_ignores_that_is_killed)
{
    f.task.kill_grace = EXECZ_SECOND;
    cancel_ready(DAEMON("trap \"\" TERM; " BEHIND_READY "sleep 60; sleep 60") READY
                 "exec sleep 60");
    cr_expect(strstr(f.outcome.message, "of its processes did not end within 1s of TERM") != NULL,
              "%s", f.outcome.message);
    cr_expect(is_gone());
}

Test(command, a_daemon_stays_if_it_ends_by_itself)
{
    pid_t daemon;

    daemon = process_in(output_of("setsid sleep 60 >/dev/null 2>&1 & echo $!"));
    cr_expect(eq(int, kill(daemon, SIGKILL), 0), "it was still there");
}

/* ---- over an executor's waiter ---- */

Test(command, waits_through_the_executors_waiter)
{
    ez_waiter executors;

    ez_waiter_init(&executors, NULL, &f.interrupt, EXECZ_NO_DEADLINE);
    f.body.waiter = &executors.table;
    cr_expect(eq(str, (char *)output_of("echo hello"), (char *)"hello\n"));
}

Test(command, keeps_its_grace_though_the_executors_waiter_refuses_to_wait)
{
    ez_waiter executors;

    ez_waiter_init(&executors, NULL, &f.interrupt, EXECZ_NO_DEADLINE);
    f.body.waiter = &executors.table;
    f.task.kill_grace = EXECZ_MINUTE;
    cancel_ready("exec 2>/dev/null; trap 'sleep 0.1; echo bye; exit 0' TERM; " READY
                 "while :; do sleep 0.05; done");
    expect_outcome(EXECZ_OUTCOME_CANCELLED, "cancelled");
    cr_expect(eq(str, f.outcome.output, (char *)"bye\n"));
}

/* ---- leaves nothing behind ---- */

static int
count_descriptors(void)
{
    DIR *all = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(all) != NULL) {
        n++;
    }
    closedir(all);
    return n;
}

static void
expect_no_child(void)
{
    cr_expect(eq(int, waitpid(-1, NULL, WNOHANG), -1));
    cr_expect(eq(int, errno, ECHILD));
}

Test(command, many_of_them_leave_no_descriptor_and_no_child)
{
    int before;

    (void)ez_interrupt_fd(&f.interrupt); /* its one descriptor is there from here on */
    before = count_descriptors();
    for (int i = 0; i < EFFORT(200, 50); i++) {
        run_argv(i % 10 == 9 ? "/nonexistent/program" : "/bin/true");
    }
    cr_expect(eq(int, count_descriptors(), before));
    expect_no_child();
}

Test(command, without_descriptors_it_fails_and_leaves_nothing_behind)
{
    int all[64], n = 0, before;

    before = count_descriptors();
    for (int limit = 0; limit < 6; limit++) {
        struct rlimit few = {0};

        getrlimit(RLIMIT_NOFILE, &few);
        few.rlim_cur = (rlim_t)(before - 3 + limit); /* one of count is opendir()'s, two are dots */
        setrlimit(RLIMIT_NOFILE, &few);
        run_argv("/bin/true");
        all[n++] = (int)f.outcome.outcome;
        few.rlim_cur = few.rlim_max;
        setrlimit(RLIMIT_NOFILE, &few);
        expect_no_child();
    }
    cr_expect(eq(int, all[0], EXECZ_OUTCOME_ERROR), "not one descriptor left");
    cr_expect(eq(int, all[n - 1], EXECZ_OUTCOME_OK), "enough of them");
    cr_expect(le(int, count_descriptors(), before + 1), "the interrupt's may have come");
}
