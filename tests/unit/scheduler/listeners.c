/* SPDX-License-Identifier: MIT */
#include "scheduler/listeners.h"

#include "fixture.h"

#include <execz/event_queue.h>

#include <poll.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

typedef struct sluggard {
    int calls;
} sluggard;

static void
take_too_long(void *user, const execz_event *event)
{
    int64_t until = ez_clock_coarse() + EXECZ_SLOW_LISTENER;

    (void)event;
    ((sluggard *)user)->calls++;
    while (ez_clock_coarse() < until) {
        (void)poll(NULL, 0, 10);
    }
}

Test(listeners, one_that_keeps_the_loop_waiting_is_named_in_a_warning_once_a_minute)
{
    fixture *self = fixture_new(NULL);
    sluggard slow = {0};
    uint64_t id =
        execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_ADDED, take_too_long, &slow);
    g_autofree char *head = g_strdup_printf("warning: listener %" G_GUINT64_FORMAT " (", id);
    const char *line;

    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    fixture_add(self, "b", "interval(hours=1)", "tests:ok");
    fixture_settle(self);
    cr_assert(eq(int, slow.calls, 2));
    line = strstr(self->log->str, head);
    cr_assert(line != NULL, "%s", self->log->str);
    cr_expect(strstr(line, "+0x") != NULL, "where it is: %s", line);
    cr_expect(strstr(line, " for task_added") != NULL, "%s", line);
    cr_expect(strstr(line, "read an event queue on a thread of its own\n") != NULL, "%s", line);
    cr_expect(strstr(line + 1, head) == NULL, "%s", line);
    fixture_free(self);
}

Test(listeners, removing_one_that_is_not_there_is_told)
{
    fixture *self = fixture_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(
        eq(int, execz_scheduler_remove_listener(self->scheduler, 77, &err), EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.message, (char *)"there is no listener 77"));
    fixture_free(self);
}

Test(listeners, a_queue_has_the_events_of_a_scheduler_until_that_is_freed)
{
    fixture *self = fixture_new("debug");
    execz_event_queue *queue =
        execz_event_queue_new(self->scheduler, EXECZ_EVENT_TASK_EXECUTED, 0, NULL);
    const execz_event *event = NULL;

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_free(self);
    cr_assert(eq(int, execz_event_queue_next(queue, -1, &event), EXECZ_OK));
    cr_expect(eq(str, (char *)event->result->value, (char *)"\"a@2027-01-01T00:01:00Z\""));
    cr_expect(eq(int, execz_event_queue_next(queue, -1, &event), EXECZ_E_SHUTDOWN));
    execz_event_queue_free(queue);
}
