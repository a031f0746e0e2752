/* SPDX-License-Identifier: MIT */
#include "config/schedule.h"

#include "fixture.h"
#include "trigger/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(schedule, triggers_of_all_spellings_are_understood_by_the_scheduler)
{
    g_auto(loaded) f = load_text("executors.default.type = good\n"
                                 "[task:a]\nshell = true\nevery = 1h 30m 0.25s\n"
                                 "[task:b]\nshell = true\nat = 2027-01-01 09:00:00\n"
                                 "[task:c]\nshell = true\nat = 2027-01-01T09:00:00.5+02:00\n"
                                 "[task:d]\nshell = true\ntrigger = interval(hours=6, jitter=5s)\n"
                                 "[task:e]\nshell = true\nevery = 1ms\n"
                                 "[task:f]\nshell = true\ncron = 30 2 * * 1-5\n"
                                 "[task:g]\nshell = true\ncron = @daily\n"
                                 "[task:h]\nshell = true\n"
                                 "trigger = or(cron(hour=2), shutdown())\n");

    cr_assert(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    for (guint i = 0; i < f.config->tasks->len; i++) {
        const ez_config_task *task = f.config->tasks->pdata[i];
        g_autoptr(ez_trigger) trigger = NULL;
        execz_error err = EXECZ_ERROR_INIT;

        cr_expect(eq(int,
                     ez_trigger_parse(task->spec.trigger, &(ez_trigger_defaults){0}, &trigger, NULL,
                                      &err),
                     EXECZ_OK),
                  "%s: %s", task->spec.trigger, err.message);
    }
    cr_expect(eq(str, (char *)task_of(&f, "a")->spec.trigger, (char *)"interval(seconds=5400.25)"));
    cr_expect(eq(str, (char *)task_of(&f, "e")->spec.trigger, (char *)"interval(seconds=0.001)"));
    cr_expect(eq(str, (char *)task_of(&f, "f")->spec.trigger, (char *)"crontab(\"30 2 * * 1-5\")"));
    cr_expect(eq(str, (char *)task_of(&f, "g")->spec.trigger, (char *)"crontab(\"@daily\")"));
}

Test(schedule, the_zone_of_the_scheduler_counts_where_a_task_names_none)
{
    g_auto(loaded) f =
        load_text("executors.default.type = good\nscheduler.timezone = Asia/Kolkata\n"
                  "[task:a]\nshell = true\nat = 2027-01-01T09:00:00\n");

    cr_expect(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    cr_expect(eq(str, (char *)task_of(&f, "a")->spec.trigger, (char *)"date(2027-01-01T09:00:00)"));
    cr_expect(task_of(&f, "a")->spec.timezone == NULL, "left to the scheduler");
}

Test(schedule, now_is_left_to_the_start)
{
    g_auto(loaded) f =
        load_text("executors.default.type = good\n[task:a]\nshell = true\nat = now\n");

    cr_expect(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    cr_expect(eq(str, (char *)task_of(&f, "a")->spec.trigger, (char *)"date(now)"));
}
