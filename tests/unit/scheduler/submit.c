/* SPDX-License-Identifier: MIT */
#include "scheduler/submit.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static fixture *
running(const char *executor_type)
{
    fixture *self = fixture_new(executor_type);

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    return self;
}

Test(submit, a_task_of_a_kind_the_executor_does_not_take_is_blocked)
{
    fixture *self = running(EXECZ_TEST_CONFIG_PLUGIN_DIR "/functions_only.so");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.shell = "true";
    fixture_add_spec(self, &spec);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"added:a blocked:a"));
    cr_expect(strstr(self->log->str, "takes no commands") != NULL, "%s", self->log->str);
    fixture_free(self);
}

Test(submit, a_block_is_told_once_until_its_reason_changes)
{
    fixture *self = running(NULL);

    fixture_add(self, "a", "interval(minutes=1)", "tests:nothing");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"added:a blocked:a"));
    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "debug", NULL, 0, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"executor_added blocked:a"),
              "now its function is missing");
    fixture_free(self);
}

Test(submit, a_block_that_is_over_is_forgotten)
{
    fixture *self = running(NULL);
    execz_scheduler_info info = {.size = sizeof info};

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "debug", NULL, 0, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(eq(u64, info.blocked, 0));
    cr_expect(eq(u64, info.unfinished, 0));
    fixture_free(self);
}

Test(submit, a_manual_run_is_refused_beyond_max_instances_like_any_other)
{
    fixture *self = running("threadpool");

    fixture_add(self, "a", "interval(minutes=1)", "tests:wait");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_wait_for(self, "max_instances:a");
    cr_expect(strstr(self->log->str, "maximum of 1 running instances") != NULL, "%s",
              self->log->str);
    fixture_free(self);
}
