/* SPDX-License-Identifier: MIT */
/* How a scheduler in the foreground ends, and what it leaves behind. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define POOL "[executor:default]\ntype = threadpool\n"

static live
start_with(const char *text)
{
    own_file("tasks.conf", text);
    return start_execz("start", "-c", "tasks.conf", NULL);
}

static void
send_signal(const live *execz, int signal)
{
    cr_assert(eq(int, kill(execz->pid, signal), 0));
}

static void
expect_to_drain(int signal, const char *word)
{
    g_autofree char *announcement = g_strdup_printf(
        "execz: %s: shutting down when 1 unfinished run has ended; another signal cancels it\n",
        word);
    live execz = start_with(POOL "[task:a]\nat = now\n"
                                 "shell = until [ -e go ]; do sleep 0.02; done; echo done\n");

    await(&execz, "STARTED        a ");
    send_signal(&execz, signal);
    await(&execz, announcement);
    own_file("go", "");
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    cr_expect(line_with(execz.text, "EXECUTED", " a  ") != NULL, "%s", execz.text);
    expect_in(execz.text, "    | done\n");
}

Test(signals, the_first_interrupt_lets_unfinished_runs_end)
{
    expect_to_drain(SIGINT, "interrupted");
}

Test(signals, a_termination_does_the_same)
{
    expect_to_drain(SIGTERM, "terminated");
}

Test(signals, an_interrupt_with_nothing_unfinished_ends_at_once)
{
    live execz = start_with(POOL "[task:a]\nevery = 1h\nshell = true\n");

    await(&execz, "SCHEDULER      execz       started");
    send_signal(&execz, SIGINT);
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    expect_in(execz.text, "execz: interrupted: shutting down\n");
}

Test(signals, a_termination_runs_what_waits_for_the_shutdown)
{
    live execz = start_with(POOL "[task:a]\nevery = 1h\nshell = true\n"
                                 "[task:last]\ntrigger = shutdown()\nshell = echo good night\n");

    await(&execz, "SCHEDULER      execz       started");
    expect_not_in(execz.out->str, "good night");
    send_signal(&execz, SIGTERM);
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    cr_expect(line_with(execz.text, "EXECUTED", " last  ") != NULL, "%s", execz.text);
    expect_in(execz.text, "    | good night\n");
}

Test(signals, a_schedule_that_is_over_runs_it_too)
{
    live execz;

    own_file("tasks.conf", POOL "[task:a]\nat = now\nshell = echo first\n"
                                "[task:last]\ntrigger = shutdown()\nshell = echo good night\n");
    execz = start_execz("start", "-c", "tasks.conf", "--until-idle", NULL);
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    expect_in(execz.text, "    | good night\n");
}

Test(signals, the_second_interrupt_cancels_what_runs_and_leaves_no_process)
{
    live execz = start_with(POOL "[task:a]\nat = now\n"
                                 "shell = sleep 1000 & echo $! > child; echo $$ > parent; "
                                 "touch ready; wait\n");

    await_file("ready");
    send_signal(&execz, SIGINT);
    await(&execz, "; another signal cancels ");
    send_signal(&execz, SIGINT);
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    expect_in(execz.text, "execz: interrupted: cancelling 1 unfinished run; ");
    cr_expect(line_with(execz.text, "CANCELLED", " a  ") != NULL, "%s", execz.text);
    await_gone(own_pid("parent"));
    await_gone(own_pid("child"));
}

Test(signals, the_third_interrupt_leaves_at_once)
{
    live execz = start_with(POOL "[task:a]\nat = now\nkill_grace = 1h\n"
                                 "shell = trap '' TERM; echo $$ > parent; touch ready; "
                                 "while true; do sleep 0.1; done\n");

    await_file("ready");
    send_signal(&execz, SIGINT);
    await(&execz, "; another signal cancels ");
    send_signal(&execz, SIGINT);
    await(&execz, "interrupted: cancelling ");
    send_signal(&execz, SIGINT);
    cr_expect(eq(int, await_end(&execz), 130), "%s", execz.text);
    expect_in(execz.text, "execz: interrupted: leaving\n");
    (void)kill(-own_pid("parent"), SIGKILL); /* what was left behind, as announced */
}

Test(signals, an_interrupt_is_taken_while_the_loop_is_inside_of_a_task)
{
    live execz = start_with("[executor:default]\ntype = debug\n[task:a]\nat = now\n"
                            "shell = touch ready; until [ -e go ]; do sleep 0.02; done\n");

    await_file("ready");
    send_signal(&execz, SIGINT);
    await(&execz, "execz: interrupted: shutting down");
    own_file("go", "");
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    cr_expect(line_with(execz.text, "EXECUTED", " a  ") != NULL, "%s", execz.text);
}

Test(signals, a_reader_that_goes_away_ends_it)
{
    own_file("tasks.conf", POOL "[task:a]\nevery = 10ms\nshell = true\n");
    ended result = run_program("/bin/sh", "-c",
                               "{ \"$0\" start -c tasks.conf; echo \"exit $?\" >&2; } | head -n 1",
                               EXECZ_PROGRAM, NULL);

    expect_in(result.err, "execz: cannot write to stdout: Broken pipe; shutting down\n");
    expect_in(result.err, "exit 1\n");
}

static unsigned
count_files(void)
{
    GDir *directory = g_dir_open(own_directory(), 0, NULL);
    unsigned n = 0;

    cr_assert(directory != NULL);
    while (g_dir_read_name(directory) != NULL) {
        n++;
    }
    g_dir_close(directory);
    return n;
}

/* TMPDIR and HOME are the own directory, too. */
Test(signals, no_file_is_left_behind)
{
    own_file("tasks.conf", POOL "[executor:inline]\ntype = debug\n"
                                "[task:a]\nat = now\nfunction = greetings:hello\n"
                                "[task:b]\nat = now\nexecutor = inline\nshell = echo hello\n");
    ended result = run_execz("start", "-c", "tasks.conf", "--until-idle", NULL);

    cr_expect(eq(int, result.status, 0));
    expect_in(result.out, "2 runs: 2 ok\n");
    cr_expect(eq(uint, count_files(), 1));
}
