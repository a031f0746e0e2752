/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "support/patience.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(lifecycle, tasks_added_before_the_start_begin_with_it)
{
    fixture *self = fixture_new("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fake_clock_advance(&self->clock, EXECZ_DAY);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"added:a scheduler_started"));
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(
        eq(str, (char *)fixture_take_events(self), (char *)"submitted:a started:a executed:a"));
    fixture_free(self);
}

Test(lifecycle, a_program_with_a_loop_of_its_own_polls_one_descriptor)
{
    fixture *self = fixture_new("threadpool");
    struct pollfd poll_fd = {.fd = execz_scheduler_fd(self->scheduler), .events = POLLIN};

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(int, poll(&poll_fd, 1, 0), 0), "nothing to do");
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    cr_expect(eq(int, poll(&poll_fd, 1, PATIENCE_MS), 1), "a task was added");
    fixture_free(self);
}

static void
stop_after_first(void *user, const execz_event *event)
{
    execz_error err = EXECZ_ERROR_INIT;

    (void)event;
    cr_expect(eq(int, execz_scheduler_shutdown(user, EXECZ_SHUTDOWN_WAIT, -1, &err), EXECZ_E_STATE),
              "the loop cannot wait for itself");
    cr_expect(execz_scheduler_shutdown(user, 0, -1, &err) == EXECZ_OK);
}

Test(lifecycle, run_blocks_until_a_listener_shuts_it_down)
{
    execz_scheduler *self = fixture_real_scheduler("threadpool");

    execz_scheduler_add_listener(self, EXECZ_EVENT_TASK_EXECUTED, stop_after_first, self);
    cr_expect(execz_scheduler_run(self, NULL) == EXECZ_OK);
    execz_scheduler_free(self);
}

static void *
run_thread(void *scheduler)
{
    (void)execz_scheduler_run(scheduler, NULL);
    return NULL;
}

Test(lifecycle, run_returns_though_it_is_started_again_at_once)
{
    execz_scheduler *self = fixture_real_scheduler("debug");
    struct timespec end;
    pthread_t thread;

    cr_assert(execz_scheduler_start(self, NULL) == EXECZ_OK);
    for (int i = 0; i < 50; i++) {
        pthread_create(&thread, NULL, run_thread, self);
        cr_assert(execz_scheduler_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1, NULL) == EXECZ_OK);
        cr_assert(execz_scheduler_start(self, NULL) == EXECZ_OK);
        clock_gettime(CLOCK_REALTIME, &end);
        end.tv_sec += PATIENCE / EXECZ_SECOND;
        cr_assert(eq(int, pthread_timedjoin_np(thread, NULL, &end), 0), "start %d", i);
    }
    execz_scheduler_free(self);
}

Test(lifecycle, another_thread_can_wait_for_the_end)
{
    execz_scheduler *self = fixture_real_scheduler("threadpool");
    execz_scheduler_info info = {.size = sizeof info};
    pthread_t thread;

    cr_assert(execz_scheduler_start(self, NULL) == EXECZ_OK);
    pthread_create(&thread, NULL, run_thread, self);
    cr_expect(execz_scheduler_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1, NULL) == EXECZ_OK);
    execz_scheduler_get_info(self, &info);
    cr_expect(eq(u32, info.state, EXECZ_STATE_STOPPED));
    pthread_join(thread, NULL);
    execz_scheduler_free(self);
}

Test(lifecycle, freeing_a_running_scheduler_shuts_it_down)
{
    execz_scheduler *self = fixture_real_scheduler("threadpool");

    cr_assert(execz_scheduler_start(self, NULL) == EXECZ_OK);
    execz_scheduler_free(self);
}

static void
dispatch_again(void *user, const execz_event *event)
{
    (void)event;
    execz_scheduler_dispatch(user);
    cr_expect(eq(int, execz_scheduler_run(user, NULL), EXECZ_E_STATE));
}

Test(lifecycle, a_listener_that_dispatches_disturbs_nothing)
{
    fixture *self = fixture_new("debug");

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    for (int i = 0; i < 20; i++) {
        g_autofree char *id = g_strdup_printf("t%d", i);

        fixture_add(self, id, "interval(minutes=1)", "tests:ok");
    }
    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_SUBMITTED, dispatch_again,
                                 self->scheduler);
    fixture_advance(self, EXECZ_MINUTE);
    for (int i = 0; i < 20; i++) {
        g_autofree char *executed = g_strdup_printf("executed:t%d ", i);

        cr_expect(strstr(self->events->str, executed) != NULL, "%s", executed);
    }
    fixture_free(self);
}
