/* SPDX-License-Identifier: MIT */
/* What a started executor takes, and how it ends. */
#include "executor/executor.h"

#include "started.h"

#include <poll.h>
#include <sched.h>

TestSuite(sending, .init = started_set_up, .fini = started_tear_down);

/* ---- sending --------------------------------------------------------------------------------- */

Test(sending, that_runs_inline_has_finished_when_send_returns)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    ez_run *one;

    start(self);
    one = send(self);
    cr_expect(not(ez_run_is_open(one)));
    cr_expect(eq(ptr, fixture_next_message(around, false), &one->head));
    cr_expect(eq(u32, one->times[0].outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(uint, *ez_executor_unfinished(self), 1), "it is the scheduler that counts down");
    stop(self);
}

Test(sending, runs_each_of_a_hundred_run_times)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    ez_run *one = fixture_open(around, task, self, EXECZ_RUN_TIMES_MAX);

    start(self);
    cr_expect(eq(int, ez_executor_send(self, one, NULL), EXECZ_OK));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), EXECZ_RUN_TIMES_MAX));
    stop(self);
}

Test(sending, refuses_tasks_after_shutdown)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    ez_run *one = fixture_open(around, task, self, 1);
    execz_error err = EXECZ_ERROR_INIT;

    start(self);
    ez_executor_shutdown(self, 0, EXECZ_NO_DEADLINE);
    cr_expect(eq(int, ez_executor_send(self, one, &err), EXECZ_E_SHUTDOWN));
    cr_expect(eq(str, err.message, (char *)"executor 'cpu' is shutting down"));
    cr_expect(all(ez_run_is_open(one), eq(uint, *ez_executor_unfinished(self), 0)));
    stop(self);
}

Test(sending, that_is_shut_down_says_so_until_it_is_stopped)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    execz_error err = EXECZ_ERROR_INIT;

    start(self);
    ez_executor_shutdown(self, 0, EXECZ_NO_DEADLINE);
    cr_expect(eq(int, ez_executor_start(self, &err), EXECZ_E_STATE));
    cr_expect(eq(str, err.message,
                 (char *)"executor 'cpu' is shutting down; start it once it has stopped"));
    stop(self);
}

Test(sending, that_is_stopped_refuses_tasks_as_one_that_is_not_started)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    ez_run *one = fixture_open(around, task, self, 1);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_executor_send(self, one, &err), EXECZ_E_SHUTDOWN));
    cr_expect(eq(str, err.message, (char *)"executor 'cpu' is not started"));
}

/* ---- cancelling and stopping ----------------------------------------------------------------- */

static atomic_bool reached; /* a body runs */

static void
wait_for_interrupt(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    (void)self;
    atomic_store(&reached, true);
    cr_expect(ez_interrupt_wait_until(body->interrupt, EXECZ_NO_DEADLINE));
    ez_outcome_set(outcome, EXECZ_OUTCOME_CANCELLED, NULL);
}

/* Sends a run to this body and waits until it runs. */
static ez_run *
send_to(ez_executor *self, void (*body)(fixture *, const ez_body *, ez_outcome *))
{
    ez_run *one;

    around->body = body;
    atomic_store(&reached, false);
    one = send(self);
    while (!atomic_load(&reached)) {
        sched_yield();
    }
    return one;
}

Test(sending, cancels_a_run_that_runs_and_one_that_waits)
{
    const char *const one_worker[] = {"max_workers=1", NULL};
    g_autoptr(ez_executor) self = make_bundled("threadpool", one_worker);
    ez_run *running, *waiting;

    start(self);
    running = send_to(self, wait_for_interrupt);
    waiting = send(self);
    ez_executor_cancel(self, waiting);
    cr_expect(eq(ptr, fixture_next_message(around, true), &waiting->head));
    cr_expect(ez_interrupt_raised(&waiting->interrupt));
    ez_executor_cancel(self, running);
    cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_CANCELLED));
    stop(self);
}

Test(sending, that_shuts_down_runs_what_it_has_taken)
{
    const char *const one_worker[] = {"max_workers=1", NULL};
    g_autoptr(ez_executor) self = make_bundled("threadpool", one_worker);

    start(self);
    for (int i = 0; i < 20; i++) {
        send(self);
    }
    ez_executor_shutdown(self, 0, EXECZ_NO_DEADLINE);
    for (int i = 0; i < 20; i++) {
        cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_OK));
    }
    ez_executor_stop(self, patience_ends(), false);
}

Test(sending, may_be_told_to_cancel_after_it_was_told_to_end)
{
    const char *const one_worker[] = {"max_workers=1", NULL};
    g_autoptr(ez_executor) self = make_bundled("threadpool", one_worker);

    start(self);
    send_to(self, wait_for_interrupt);
    ez_executor_shutdown(self, 0, EXECZ_NO_DEADLINE);
    ez_executor_shutdown(self, EXECZ_SHUTDOWN_CANCEL, EXECZ_NO_DEADLINE);
    cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_CANCELLED));
    ez_executor_stop(self, patience_ends(), false);
}

/* Hears nothing, until the process ends: its thread and all it uses are left behind on purpose. */
static void
be_deaf(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    (void)self;
    (void)body;
    (void)outcome;
    atomic_store(&reached, true);
    (void)poll(NULL, 0, -1);
}

Test(sending, leaves_a_thread_that_does_not_end_and_can_be_started_again)
{
    g_autoptr(ez_executor) self = make_bundled("threadpool", NULL);

    start(self);
    send_to(self, be_deaf);
    ez_executor_shutdown(self, EXECZ_SHUTDOWN_CANCEL, EXECZ_NO_DEADLINE);
    ez_executor_stop(self, 0, false);
    cr_expect(eq(uint,
                 fixture_count_log(around, "error: executor=cpu did not end in time; 1 of "
                                           "its threads still run and keep what they use\n"),
                 1));
    around->body = NULL;
    start(self);
    send(self);
    cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_OK));
    stop(self);
}

Test(sending, whose_runs_were_given_up_is_left_behind_without_waiting)
{
    g_autoptr(ez_executor) self = make_bundled("threadpool", NULL);

    start(self);
    send_to(self, be_deaf);
    ez_executor_stop(self, EXECZ_NO_DEADLINE, true); /* if it waited, it would do so for ever */
    expect_reason(self, "it is not started");
    cr_expect(eq(uint, *ez_executor_unfinished(self), 0));
}
