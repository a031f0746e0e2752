/* SPDX-License-Identifier: MIT */
#include "witness.h"

#include "event/copy.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* ---- events as text: every field that is not 0 or NULL ---------------------------------------- */

static void
add_text(GString *line, const char *name, const char *text)
{
    if (text != NULL) {
        g_string_append_printf(line, " %s='%s'", name, text);
    }
}

static void
add_number(GString *line, const char *name, uint64_t number)
{
    if (number != 0) {
        g_string_append_printf(line, " %s=%" G_GUINT64_FORMAT, name, number);
    }
}

/* In seconds since the test began. */
static void
add_time(GString *line, const char *name, execz_time time)
{
    if (time != 0) {
        g_string_append_printf(line, " %s=%gs", name,
                               (double)(time - fake_clock_new().now) / (double)EXECZ_SECOND);
    }
}

static void
add_result(GString *line, const execz_result *result)
{
    g_string_append_printf(line, " {%s", execz_outcome_name(result->outcome));
    add_time(line, "run_time", result->run_time);
    add_time(line, "started", result->started);
    add_time(line, "finished", result->finished);
    if (result->exit_status != -1) {
        g_string_append_printf(line, " exit_status=%d", result->exit_status);
    }
    add_number(line, "signal", (uint64_t)result->signal);
    add_text(line, "message", result->message);
    add_text(line, "value", result->value);
    add_text(line, "output", result->output);
    add_number(line, "output_dropped", result->output_dropped);
    g_string_append_c(line, '}');
}

static char *
text_of(const execz_event *event)
{
    static const char *const sources[] = {NULL, "schedule", "manual", "retry"};
    GString *line = g_string_new(execz_event_name(event->code));

    add_time(line, "at", event->time);
    add_text(line, "of", event->scheduler);
    add_text(line, "alias", event->alias);
    add_text(line, "task", event->task);
    add_text(line, "executor", event->executor);
    g_string_append(line, event->run == 0 ? "" : " run");
    add_number(line, "attempt", event->attempt);
    add_text(line, "source", sources[event->source]);
    for (uint32_t i = 0; i < event->n_run_times; i++) {
        add_time(line, "run_time", event->run_times[i]);
    }
    add_number(line, "coalesced", event->coalesced);
    add_time(line, "submitted", event->submitted);
    add_time(line, "next_attempt", event->next_attempt);
    add_number(line, "lost", event->lost);
    add_text(line, "message", event->message);
    if (event->result != NULL) {
        add_result(line, event->result);
    }
    return g_string_free(line, FALSE);
}

/* ---- the scheduler under test ---------------------------------------------------------------- */

static GPtrArray *seen;

static void
keep(void *user, const execz_event *event)
{
    (void)user;
    cr_assert(eq(u32, event->size, sizeof *event));
    g_ptr_array_add(seen, ez_event_copy(event));
}

fixture *
witness_new(const char *executor_type)
{
    fixture *self = fixture_new(NULL);
    const execz_pair one_worker = {"max_workers", "1"};
    execz_error err = EXECZ_ERROR_INIT;

    seen = g_ptr_array_new_with_free_func(g_free);
    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_ALL, keep, NULL);
    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", executor_type, &one_worker,
                                           strcmp(executor_type, "threadpool") == 0,
                                           &err) == EXECZ_OK,
              "%s", err.message);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    return self;
}

void
witness_free(fixture *host)
{
    fixture_free(host);
    g_ptr_array_unref(seen);
}

/* The last event of this code. */
const execz_event *
witness_event(uint64_t code)
{
    for (guint i = seen->len; i > 0; i--) {
        const execz_event *event = seen->pdata[i - 1];

        if (event->code == code) {
            return event;
        }
    }
    cr_assert(false, "no %s", execz_event_name(code));
    return NULL;
}

void
witness_expect(uint64_t code, const char *text)
{
    g_autofree char *said = text_of(witness_event(code));

    cr_expect(eq(str, said, (char *)text));
}

void
witness_add(fixture *host, const char *id, const char *function, execz_duration timeout,
            uint32_t coalesce)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.trigger = "interval(minutes=1)";
    spec.function = function;
    spec.misfire_grace_time = 10 * EXECZ_MINUTE;
    spec.timeout = timeout;
    spec.coalesce = coalesce;
    fixture_add_spec(host, &spec);
}
