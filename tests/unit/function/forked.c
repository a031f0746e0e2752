/* SPDX-License-Identifier: MIT */
#include "function/forked.h"

#include "fixture.h"
#include "function/waiter.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static fixture f;

static void
set_up(void)
{
    fixture_init(&f, EXECZ_TASK_FUNCTION);
}

static void
tear_down(void)
{
    fixture_deinit(&f);
}

TestSuite(forked, .init = set_up, .fini = tear_down);

Test(forked, a_copy_that_comes_back_from_a_body_is_ended)
{
    fixture_call(&f, "sample:forks", NULL);
    cr_expect(eq(str, f.outcome.value, (char *)"1"));
}

Test(forked, a_copy_that_comes_back_from_a_child_is_ended)
{
    fixture_call(&f, "sample:childs_fork", NULL);
    cr_expect(eq(str, f.outcome.value, (char *)"1"));
}

static int32_t
sleep_no_more(void *self, execz_duration duration)
{
    (void)self;
    (void)duration;
    return 0;
}

Test(forked, a_copy_that_waits_on_a_loop_is_ended)
{
    const execz_waiter loop = {.size = sizeof loop, .sleep = sleep_no_more};
    ez_waiter waiter;
    int status = 0;
    pid_t copy;

    ez_waiter_init(&waiter, &loop, &f.interrupt, EXECZ_NO_DEADLINE);
    copy = fork();
    if (copy == 0) {
        _exit(waiter.table.sleep(waiter.table.self, 1));
    }
    cr_assert(eq(int, waitpid(copy, &status, 0), copy));
    cr_expect(eq(int, status, W_EXITCODE(EXIT_FAILURE, 0)));
    cr_expect(eq(int, waiter.table.sleep(waiter.table.self, 1), 0));
}
