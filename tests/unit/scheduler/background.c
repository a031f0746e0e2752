/* SPDX-License-Identifier: MIT */
#include "scheduler/background.h"

#include "fixture.h"

#include "support/patience.h"

#include <execz/event_queue.h>

#include <glib.h>
#include <pthread.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
await(execz_event_queue *queue, uint64_t code)
{
    const execz_event *event = NULL;

    do {
        cr_assert(eq(int, execz_event_queue_next(queue, PATIENCE, &event), EXECZ_OK));
    } while (event->code != code);
}

static uint32_t
state_of(execz_scheduler *self)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self, &info);
    return info.state;
}

Test(background, tasks_run_while_the_program_does_something_else_until_it_shuts_down)
{
    execz_scheduler *self = fixture_real_scheduler("debug");
    execz_event_queue *queue = execz_event_queue_new(self, EXECZ_EVENT_ALL, 0, NULL);

    cr_assert(execz_scheduler_run_in_background(self, NULL) == EXECZ_OK);
    cr_expect(ez_background_is_elsewhere(self));
    await(queue, EXECZ_EVENT_SCHEDULER_STARTED);
    await(queue, EXECZ_EVENT_TASK_EXECUTED);
    cr_expect(execz_scheduler_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1, NULL) == EXECZ_OK);
    cr_expect(eq(u32, state_of(self), EXECZ_STATE_STOPPED));
    cr_expect(eq(uint, ez_threads_running(&self->background), 0));
    await(queue, EXECZ_EVENT_SCHEDULER_SHUTDOWN);
    execz_event_queue_free(queue);
    execz_scheduler_free(self);
}

Test(background, it_can_be_started_again_and_again)
{
    execz_scheduler *self = fixture_real_scheduler("debug");
    execz_event_queue *queue =
        execz_event_queue_new(self, EXECZ_EVENT_SCHEDULER_SHUTDOWN | EXECZ_EVENT_TASK_EXECUTED, 0,
                              NULL);

    for (int i = 0; i < 10; i++) {
        bool waits = i % 2 == 0;

        cr_assert(execz_scheduler_run_in_background(self, NULL) == EXECZ_OK);
        await(queue, EXECZ_EVENT_TASK_EXECUTED);
        cr_expect(execz_scheduler_shutdown(self, waits ? EXECZ_SHUTDOWN_WAIT : 0, -1, NULL) ==
                  EXECZ_OK);
        await(queue, EXECZ_EVENT_SCHEDULER_SHUTDOWN);
        while (state_of(self) != EXECZ_STATE_STOPPED) { /* it is told a moment before */
            g_thread_yield();
        }
    }
    execz_event_queue_free(queue);
    execz_scheduler_free(self);
}

Test(background, what_runs_there_runs_nowhere_else)
{
    execz_scheduler *self = fixture_real_scheduler("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_run_in_background(self, NULL) == EXECZ_OK);
    cr_expect(eq(int, execz_scheduler_run_in_background(self, &err), EXECZ_E_STATE));
    cr_expect(eq(str, err.message, (char *)"the scheduler runs in the background already"));
    cr_expect(eq(int, execz_scheduler_run(self, NULL), EXECZ_E_STATE));
    execz_scheduler_free(self);
}

Test(background, one_that_was_started_before_is_taken_over)
{
    execz_scheduler *self = fixture_real_scheduler("debug");
    execz_event_queue *queue = execz_event_queue_new(self, EXECZ_EVENT_TASK_EXECUTED, 0, NULL);

    cr_assert(execz_scheduler_start(self, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_run_in_background(self, NULL) == EXECZ_OK);
    await(queue, EXECZ_EVENT_TASK_EXECUTED);
    execz_scheduler_free(self);
    execz_event_queue_free(queue);
}

Test(background, without_a_thread_it_says_so_and_is_stopped_as_before)
{
    execz_scheduler *self = fixture_real_scheduler("debug");
    execz_error err = EXECZ_ERROR_INIT;
    pthread_attr_t before, endless;

    cr_assert(zero(int, pthread_getattr_default_np(&before)));
    cr_assert(zero(int, pthread_getattr_default_np(&endless)));
    cr_assert(zero(int, pthread_attr_setstacksize(&endless, (size_t)1 << 50)));
    cr_assert(zero(int, pthread_setattr_default_np(&endless)));
    cr_expect(eq(int, execz_scheduler_run_in_background(self, &err), EXECZ_E_LIMIT));
    cr_assert(zero(int, pthread_setattr_default_np(&before)));
    cr_expect(eq(str, err.message, (char *)"the system has no thread left for the scheduler"));
    cr_expect(eq(u32, state_of(self), EXECZ_STATE_STOPPED));
    cr_assert(execz_scheduler_run_in_background(self, NULL) == EXECZ_OK);
    execz_scheduler_free(self);
    pthread_attr_destroy(&before);
    pthread_attr_destroy(&endless);
}
