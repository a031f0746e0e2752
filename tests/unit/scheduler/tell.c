/* SPDX-License-Identifier: MIT */
#include "scheduler/tell.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* The last event of a run, its texts copied. */
typedef struct seen {
    execz_event event;
    execz_result result;
    execz_time run_time;
    char *value;
    char *message;
} seen;

static void
see(void *user, const execz_event *event)
{
    seen *self = user;

    self->event = *event;
    if (event->n_run_times > 0) {
        self->run_time = event->run_times[event->n_run_times - 1];
    }
    if (event->result != NULL) {
        self->result = *event->result;
        self->value = g_strndup(event->result->value, event->result->value_length);
        self->message = g_strdup(event->result->message);
    }
}

static fixture *
one_run_of(const char *function, uint64_t mask, seen *self)
{
    fixture *host = fixture_new("debug");

    execz_scheduler_add_listener(host->scheduler, mask, see, self);
    cr_assert(execz_scheduler_start(host->scheduler, NULL) == EXECZ_OK);
    fixture_add(host, "a", "interval(minutes=1)", function);
    fixture_advance(host, EXECZ_MINUTE);
    return host;
}

Test(tell, an_executed_run_says_when_where_and_with_what_result)
{
    seen self = {0};
    fixture *host = one_run_of("tests:ok", EXECZ_EVENT_TASK_EXECUTED, &self);
    execz_time now = host->clock.now;

    cr_expect(eq(str, (char *)self.event.task, (char *)"a"));
    cr_expect(eq(u32, self.event.attempt, 1));
    cr_expect(eq(u32, self.event.source, EXECZ_SOURCE_SCHEDULE));
    cr_expect(self.event.run != 0);
    cr_expect(eq(i64, self.run_time, now));
    cr_expect(eq(i64, self.result.started, now));
    cr_expect(eq(i64, self.result.finished, now));
    cr_expect(eq(u32, self.result.outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(str, self.value, (char *)"\"a@2027-01-01T00:01:00Z\""));
    fixture_free(host);
    g_free(self.value);
    g_free(self.message);
}

Test(tell, a_failed_run_says_why)
{
    seen self = {0};
    fixture *host = one_run_of("tests:fail", EXECZ_EVENT_TASK_ERROR, &self);

    cr_expect(eq(str, self.message, (char *)"no luck today"));
    cr_expect(eq(u32, self.result.outcome, EXECZ_OUTCOME_ERROR));
    fixture_free(host);
    g_free(self.value);
    g_free(self.message);
}

Test(tell, a_missed_run_has_a_result_though_it_never_ran)
{
    seen self = {0};
    fixture *host = fixture_new("debug");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    execz_scheduler_add_listener(host->scheduler, EXECZ_EVENT_TASK_MISSED, see, &self);
    cr_assert(execz_scheduler_start(host->scheduler, NULL) == EXECZ_OK);
    spec.id = "a";
    spec.trigger = "interval(hours=1)";
    spec.function = "tests:ok";
    spec.misfire_grace_time = EXECZ_SECOND;
    fixture_add_spec(host, &spec);
    fixture_advance(host, 61 * EXECZ_MINUTE);
    cr_expect(eq(u32, self.result.outcome, EXECZ_OUTCOME_MISSED));
    cr_expect(eq(i64, self.result.started, 0));
    cr_expect(eq(i64, self.run_time, host->clock.now - EXECZ_MINUTE));
    fixture_free(host);
    g_free(self.value);
    g_free(self.message);
}
