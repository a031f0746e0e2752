/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(scheduler, refuses_a_path_that_is_not_absolute)
{
    static const char *const relative[] = {"plugins", NULL};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    options.plugin_path = relative;
    cr_expect(execz_scheduler_new(&options, &err) == NULL);
    cr_expect(eq(str, err.message, (char *)"'plugins' in plugin_path is not an absolute path"));
}

Test(scheduler, works_with_no_options_and_can_be_freed_at_once)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *self = execz_scheduler_new(NULL, &err);

    cr_assert(self != NULL, "%s", err.message);
    execz_scheduler_free(self);
    execz_scheduler_free(NULL);
}

Test(scheduler, commits_the_next_run_before_the_executor_is_called)
{
    fixture *self = fixture_new("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(u32, self->scheduler->changes->len, 0));
    cr_expect(strstr(self->log->str, "store refused") == NULL, "%s", self->log->str);
    fixture_free(self);
}

Test(scheduler, a_plugin_that_cannot_start_blocks_its_tasks_and_no_others)
{
    fixture *self = fixture_new("debug");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_add_executor(self->scheduler, "bad",
                                           EXECZ_TEST_PLUGIN_DIR "/start_fails.so", NULL, 0,
                                           &err) == EXECZ_OK,
              "%s", err.message);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    spec.id = "b";
    spec.executor = "bad";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:ok";
    fixture_add_spec(self, &spec);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(strstr(self->events->str, "executed:a") != NULL, "%s", self->events->str);
    cr_expect(strstr(self->events->str, "blocked:b") != NULL, "%s", self->events->str);
    cr_expect(strstr(self->log->str, "[P501]") != NULL, "%s", self->log->str);
    fixture_free(self);
}
