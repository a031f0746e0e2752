/* SPDX-License-Identifier: MIT */
/* What `execz start` keeps, and where. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>

#define POOL "[executor:default]\ntype = threadpool\n"

/* A scheduler with a task that has run. */
static live
start_with_run(const char *text)
{
    live self;

    own_file("tasks.conf", text);
    self = start_execz("start", "-c", "tasks.conf", "--no-socket", "--log-level", "info", NULL);
    await(&self, "EXECUTED");
    return self;
}

static void
end(live *self, int signal)
{
    cr_assert(eq(int, kill(self->pid, signal), 0));
    (void)await_end(self);
}

Test(state, a_second_scheduler_on_one_directory_names_the_first)
{
    live first = start_with_run(POOL "[task:a]\nevery = 50ms\nshell = true\n");
    g_autofree char *who = g_strdup_printf("another scheduler, process %d,", (int)first.pid);
    ended second = run_execz("start", "-c", "tasks.conf", "--no-socket", NULL);

    cr_expect(eq(int, second.status, 7));
    expect_in(second.err, who);
    end(&first, SIGTERM);
}

Test(state, a_killed_scheduler_is_followed_by_one_that_knows_its_tasks)
{
    live first = start_with_run(POOL "[task:a]\nevery = 50ms\nshell = true\n"
                                     "[task:b]\nevery = 1h\nshell = true\n");
    live second;

    end(&first, SIGKILL);
    second = start_with_run(POOL "[task:a]\nevery = 50ms\nshell = true\n");
    end(&second, SIGTERM);
    expect_in(second.text, "state read store=sqlite");
    expect_in(second.text, "task removed task=b: the configuration does not have it any more");
}

Test(state, a_scheduler_that_ends_by_itself_keeps_nothing)
{
    own_file("tasks.conf", POOL "[task:a]\nat = now\nshell = true\n");
    cr_expect(eq(int, run_execz("start", "-c", "tasks.conf", "--until-idle", NULL).status, 0));
    cr_expect(not(g_file_test(own_path("state"), G_FILE_TEST_EXISTS)));
    cr_expect(eq(
        int,
        run_execz("start", "-c", "tasks.conf", "--until-idle", "--state-dir", "state", NULL).status,
        0));
    cr_expect(g_file_test(own_path("state/execz.db"), G_FILE_TEST_EXISTS), "unless it is told to");
}

Test(state, a_state_that_cannot_be_read_stops_the_start_and_says_why)
{
    ended result;

    cr_assert(eq(int, g_mkdir_with_parents(own_path("state"), 0700), 0));
    own_file("state/execz.db", "this is no database, and it is long enough to be looked at as one: "
                               "a header has a hundred bytes\n");
    own_file("tasks.conf", POOL "[task:a]\nevery = 1h\nshell = true\n");
    result = run_execz("start", "-c", "tasks.conf", "--no-socket", NULL);
    cr_expect(result.status != 0);
    expect_in(result.err, "file is not a database");
    expect_in(result.err, "state/execz.db");
}
