/* SPDX-License-Identifier: MIT */
/* The base executor of <execz/sdk.h>, on a real host. */
#include <execz/sdk.h> /* before names that it uses for its own */

#include "hosted.h"

static execz_executor *base;

static execz_status
take_task(execz_base *self, execz_submission *submission, execz_error *err)
{
    (void)self;
    (void)submission;
    (void)err;
    return EXECZ_OK;
}

static execz_status
take_run(execz_base *self, const execz_task *of, execz_run token, execz_error *err)
{
    (void)self;
    (void)of;
    (void)token;
    (void)err;
    return EXECZ_OK;
}

static const execz_base_hooks with_tasks = {.do_send_task = take_task};
static const execz_base_hooks with_runs = {.do_send_run = take_run};

static void
start(const execz_base_hooks *hooks)
{
    cr_assert(eq(int, execz_base_start(hooks, abi, "cpu", &base, NULL), EXECZ_OK));
}

static void
send(const ez_run *one)
{
    cr_assert(eq(int,
                 execz_base_send_task(base, &one->view->abi, ez_run_plain_times(one), one->n,
                                      one->token, NULL),
                 EXECZ_OK));
}

static void
tear_down(void)
{
    execz_base_destroy(base);
    hosted_tear_down();
}

TestSuite(base, .init = hosted_set_up, .fini = tear_down);

static execz_stats
figures(void)
{
    execz_stats stats = {.size = sizeof stats};

    cr_assert(eq(int, execz_base_stats(base, &stats), EXECZ_OK));
    return stats;
}

Test(base, counts_what_it_has_accepted_and_what_of_that_is_finished)
{
    ez_run *second = fixture_open(around, task, executor, 1);

    start(&with_tasks);
    send(run);
    send(second);
    abi->finish(abi, run->token, NULL, 0);
    cr_expect(all(eq(u64, figures().accepted, 2), eq(u64, figures().finished, 1)));
}

Test(base, counts_no_run_that_an_earlier_start_has_left)
{
    start(&with_tasks);
    cr_expect(all(eq(u64, figures().accepted, 0), eq(u64, figures().finished, 0)));
}

Test(base, knows_how_many_runs_of_a_task_there_are)
{
    start(&with_tasks);
    send(run);
    cr_expect(eq(u32, execz_base_instances((execz_base *)base, "backup"), 1));
    cr_expect(eq(u32, execz_base_instances((execz_base *)base, "other"), 0));
    abi->finish(abi, run->token, NULL, 0);
    cr_expect(eq(u32, execz_base_instances((execz_base *)base, "backup"), 0));
}

Test(base_without_a_way, to_send_tasks_does_not_start)
{
    static const execz_base_hooks none = {.do_send_task = NULL};
    static const execz_base_hooks both = {.do_send_task = take_task, .do_send_run = take_run};
    const execz_host nothing = {.size = 0}; /* not even looked at */
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, execz_base_start(&none, &nothing, "cpu", &base, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(int, execz_base_start(&both, &nothing, "cpu", &base, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.message,
                 (char *)"its hooks need one of do_send_task and do_send_run, and not both"));
}

Test(base, that_keeps_runs_only_does_not_know_their_tasks)
{
    start(&with_runs);
    send(run);
    cr_expect(eq(u32, execz_base_instances((execz_base *)base, "backup"), 0));
}
