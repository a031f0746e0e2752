/* SPDX-License-Identifier: MIT */
#include "function/hunt.h"

#include "function/waiter.h"

#include "processes.h"
#include "support/effort.h"

#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* A tree whose command leads a session; others are let loose around it. */
static process command;
static ez_tree tree;
static ez_hunt hunt;
static char mark[32]; /* of this test, for others run beside it */

/* The mark with more behind it. */
static const char *
marked(const char *more)
{
    static char text[64];

    g_snprintf(text, sizeof text, "%s%s", mark, more);
    return text;
}

static void
setup(void)
{
    uint64_t began = ez_census_now();

    g_snprintf(mark, sizeof mark, "run-%d.", (int)getpid());
    command = process_start((process_kind){.mark = mark, .piped = true, .session = true});
    tree = (ez_tree){.pid = command.pid,
                     .pidfd = command.pidfd,
                     .began = began,
                     .pipe = command.pipe,
                     .mark = mark};
    hunt = (ez_hunt){.done_fd = -1, .one_left = -1};
}

static void
teardown(void)
{
    ez_hunt_deinit(&hunt);
    process_end(&command);
}

TestSuite(hunt, .init = setup, .fini = teardown);

static void
wait_for(ez_hunt *self)
{
    while (!ez_hunt_is_done(self)) {
        if (self->done_fd >= 0) {
            (void)ez_waiter_poll(self->done_fd, POLLIN, NULL, EXECZ_NO_DEADLINE);
        }
    }
    cr_expect(zero(ptr, self->error), "%s", self->error);
}

static void
run(int signal_number)
{
    ez_hunt_deinit(&hunt);
    ez_hunt_start(&hunt, &tree, signal_number);
    wait_for(&hunt);
}

/* Whether self is dead soon. */
static bool
dies(const process *self)
{
    struct pollfd end = {.fd = self->pidfd, .events = POLLIN};

    return poll(&end, 1, 60000) == 1;
}

static void
expect_killed(process_kind kind, bool killed)
{
    process other = process_start(kind);

    run(SIGKILL);
    cr_expect(dies(&command));
    cr_expect(eq(int, killed ? dies(&other) : process_is_dead(&other), killed));
    cr_expect(eq(uint, hunt.killed, killed ? 2 : 1));
    process_end(&other);
}

/* ---- who is of the tree ---- */

Test(hunt, finds_one_by_its_mark)
{
    expect_killed((process_kind){.mark = mark, .session = true}, true);
}

Test(hunt, finds_one_of_a_scheduler_that_runs_in_the_run)
{
    expect_killed((process_kind){.mark = marked("/inner"), .session = true}, true);
}

Test(hunt, leaves_one_whose_mark_only_begins_alike)
{
    expect_killed((process_kind){.mark = marked("5"), .session = true}, false);
}

Test(hunt, leaves_one_of_another_run)
{
    expect_killed((process_kind){.mark = marked("other"), .piped = true, .session = true}, false);
}

Test(hunt, finds_one_by_its_output)
{
    process other = process_start((process_kind){.piped = true, .session = true});

    tree.pipe = other.pipe;
    run(SIGKILL);
    cr_expect(dies(&other));
    process_end(&other);
}

/* The number of the process that script, run by self, says it has started. */
static pid_t
started_by(const process *self)
{
    char line[32] = "";

    cr_assert(gt(int, (int)read(self->read_fd, line, sizeof line - 1), 0));
    return (pid_t)g_ascii_strtoll(line, NULL, 10);
}

Test(hunt, finds_one_by_its_parent)
{
    process parent = process_start((process_kind){
        .mark = mark,
        .piped = true,
        .session = true,
        .script = "env -i setsid sleep 60 >/dev/null 2>&1 & echo $!; wait",
    });
    pid_t child = started_by(&parent);
    int pidfd = -1;
    process childs;

    /* It is clean only once it has become what it is. */
    for (bool is_sleep = false; !is_sleep;) {
        g_autofree char *path = g_strdup_printf("/proc/%d/comm", (int)child);
        g_autofree char *name = NULL;

        is_sleep = g_file_get_contents(path, &name, NULL, NULL) && g_str_equal(name, "sleep\n");
    }
    pidfd = pidfd_open(child, 0);
    childs = (process){.pid = child, .pidfd = pidfd};
    run(SIGKILL);
    cr_expect(dies(&childs));
    close(pidfd);
    process_end(&parent);
}

Test(hunt, leaves_what_began_before_the_command)
{
    tree.began = ez_census_now() + 100;
    run(0);
    cr_expect(eq(u32, hunt.left, 0));
}

/* ---- what it does to them ---- */

Test(hunt, only_looks_if_there_is_no_signal)
{
    run(0);
    cr_expect(all(eq(u32, hunt.left, 1), ge(int, hunt.one_left, 0)));
    cr_expect(not(process_is_dead(&command)));
    process_kill(&command);
    cr_expect(eq(int, poll(&(struct pollfd){hunt.one_left, POLLIN, 0}, 1, 60000), 1),
              "it is the end of the one that was left");
    run(0);
    cr_expect(all(eq(u32, hunt.left, 0), eq(int, hunt.one_left, -1)));
}

Test(hunt, sends_term_to_those_outside_of_the_group_only)
{
    process other = process_start((process_kind){.mark = mark, .session = true});

    run(SIGTERM);
    cr_expect(dies(&other));
    cr_expect(not(process_is_dead(&command)), "it has got it with its group");
    process_end(&other);
}

Test(hunt, term_reaches_who_is_stopped)
{
    process other = process_start((process_kind){.mark = mark, .session = true});

    kill(other.pid, SIGSTOP);
    run(SIGTERM);
    cr_expect(dies(&other));
    process_end(&other);
}

Test(hunt, signals_one_that_does_not_lead_a_group_yet)
{
    process other = process_start((process_kind){.mark = mark});

    tree.pid = other.pid;
    tree.pidfd = other.pidfd;
    ez_hunt_signal_group(&tree, SIGTERM);
    cr_expect(dies(&other));
    process_end(&other);
}

Test(hunt, kills_a_chain_of_daemons_that_does_not_stand_still)
{
    g_autofree char *script = g_strdup_printf(
        "export F='kill -0 %d && sleep 0.01 && { setsid sh -c \"$F\" & exit; }'; eval \"$F\"",
        (int)getpid());
    process first = process_start((process_kind){
        .mark = mark,
        .session = true,
        .script = script,
    });

    cr_assert(dies(&first), "others are on their way");
    run(SIGKILL);
    run(0);
    if (hunt.left > 0) { /* killed, and not dead yet */
        cr_expect(eq(int, poll(&(struct pollfd){hunt.one_left, POLLIN, 0}, 1, 60000), 1));
        run(0);
    }
    cr_expect(eq(u32, hunt.left, 0));
    process_end(&first);
}

#ifndef EZ_TESTS_THREADS_WATCHED
/* How many processes have text in their command lines. */
static unsigned
count_called(const char *text)
{
    ez_census census;
    unsigned n = 0;

    cr_assert(eq(int, ez_census_take(&census, NULL, false, tree.began, NULL), EXECZ_OK));
    for (guint i = 0; i < census.processes->len; i++) {
        ez_census_process *at = &g_array_index(census.processes, ez_census_process, i);
        g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", (int)at->pid);
        g_autofree char *line = NULL;
        gsize length = 0;

        n += g_file_get_contents(path, &line, &length, NULL) &&
             memmem(line, length, text, strlen(text)) != NULL;
    }
    ez_census_deinit(&census);
    return n;
}

Test(hunt, who_is_born_meanwhile_has_no_time_to_become_an_orphan)
{
    g_autofree char *life = g_strdup_printf("90.%d", (int)getpid());
    g_autofree char *script = g_strdup_printf(
        "for i in 1 2 3; do "
        "(for j in $(seq %d); do env -i setsid sleep %s >/dev/null 2>&1 & done; wait) & "
        "done; wait",
        EFFORT(300, 60), life);
    process bomb = process_start((process_kind){.mark = mark, .session = true, .script = script});

    while (count_called(life) < EFFORT(50, 20)) {
        poll(NULL, 0, 1);
    }
    run(SIGKILL);
    for (int i = 0; i < 60000 && count_called(life) > 0; i++) {
        poll(NULL, 0, 1);
    }
    cr_expect(eq(uint, count_called(life), 0));
    process_end(&bomb);
}
#endif

Test(hunt, who_dies_between_two_signals_is_not_counted_as_killed)
{
    process other = process_start((process_kind){.mark = mark, .session = true});

    ez_hunt_remember();
    run(SIGURG); /* which nobody notices */
    process_kill(&other);
    run(SIGKILL);
    cr_expect(eq(uint, hunt.killed, 1));
    ez_hunt_forget();
    process_end(&other);
}

Test(hunt, is_done_without_a_descriptor_to_tell_it)
{
    struct rlimit few = {0};
    rlim_t before;

    getrlimit(RLIMIT_NOFILE, &few);
    before = few.rlim_cur;
    few.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &few);
    ez_hunt_deinit(&hunt);
    ez_hunt_start(&hunt, &tree, SIGKILL);
    while (!ez_hunt_is_done(&hunt)) {
        poll(NULL, 0, 1);
    }
    few.rlim_cur = before;
    setrlimit(RLIMIT_NOFILE, &few);
    cr_expect(all(eq(int, hunt.done_fd, -1), ne(ptr, hunt.error, NULL)));
    cr_expect(dies(&command), "the group needs none");
}
