/* SPDX-License-Identifier: MIT */
#include "durable.h"

#include "support/scratch.h"

#include <string.h>

#include <criterion/new/assert.h>

void
durable_start(fixture *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_start(self->scheduler, &err) == EXECZ_OK, "%s", err.message);
    fixture_settle(self);
}

/* A started scheduler in that directory whose clock is that of other, or a new one. */
fixture *
durable_in(const char *executor_type, const char *directory, const fixture *other)
{
    fixture *self = fixture_new_in(executor_type, directory);

    if (other != NULL) {
        self->clock.now = other->clock.now;
    }
    durable_start(self);
    return self;
}

void
durable_add(fixture *self, const char *function, uint32_t delivery)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = function;
    spec.delivery = delivery;
    fixture_add_spec(self, &spec);
}

static void
note(void *user, const execz_history_record *record)
{
    g_string_append_printf(user, "%s#%u=%s ", record->task, record->attempt,
                           execz_outcome_name(record->outcome));
}

void
durable_expect_history(fixture *self, const char *wanted)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_history(self->scheduler, NULL, note, seen, &err) == EXECZ_OK, "%s",
              err.message);
    cr_expect(eq(str, seen->str, (char *)wanted));
}

fixture *
durable_of_configuration(const char *directory, const char *id, const char *function)
{
    fixture *self = fixture_new_in("debug", directory);
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.trigger = "interval(minutes=1)";
    spec.function = function;
    spec.origin = EXECZ_ORIGIN_CONFIG;
    fixture_add_spec(self, &spec);
    return self;
}

/* What a crash of self would leave, taken over by another one; self goes. */
fixture *
durable_after_crash(fixture *self, char **directory)
{
    char *crashed = scratch_copy(*directory);
    fixture *again = durable_in("threadpool", crashed, self);

    fixture_free(self);
    scratch_free(*directory);
    *directory = crashed;
    return again;
}

void
durable_expect_event(fixture *self, const char *event, bool wanted)
{
    bool found = strstr(self->events->str, event) != NULL;

    cr_expect(found == wanted, "%s in %s", event, self->events->str);
}
