/* SPDX-License-Identifier: MIT */
#include "task/schedule.h"

#include "tasks.h"

static ez_task_tables tables;

static void
make_tables(void)
{
    tables = (ez_task_tables){ez_intern_table_new(), ez_intern_table_new()};
}

static void
free_tables(void)
{
    ez_intern_table_free(tables.plans);
    ez_intern_table_free(tables.schedules);
}

TestSuite(schedule, .init = make_tables, .fini = free_tables);

static ez_task *
make(const execz_task_spec *spec)
{
    return make_sharing(spec, &tables);
}

Test(schedule, tasks_of_one_schedule_share_its_trigger)
{
    execz_task_spec spec = spec_of("cron(hour=2)");
    g_autoptr(ez_task) a = make(&spec), b = make(&spec);
    g_autoptr(ez_trigger) one = ez_task_make_trigger(a, NEW_YEAR, NULL);
    g_autoptr(ez_trigger) other = ez_task_make_trigger(b, NEW_YEAR + 1, NULL);

    cr_expect(eq(ptr, a->schedule, b->schedule));
    cr_expect(eq(ptr, one, other));
}

Test(schedule, another_time_zone_is_another_schedule)
{
    execz_task_spec spec = spec_of("cron(hour=2)"), other = spec;
    g_autoptr(ez_task) a = NULL;
    g_autoptr(ez_task) b = NULL;

    other.timezone = "Europe/London";
    a = make(&spec);
    b = make(&other);
    cr_expect(ne(ptr, a->schedule, b->schedule));
    cr_expect(eq(str, (char *)b->schedule->timezone, (char *)"Europe/London"));
}

/* What counts from when the task is added has a trigger for each anchor, whatever it is made of. */
Test(schedule, a_trigger_that_counts_from_its_anchor_is_made_for_each)
{
    static const char *const texts[] = {EACH_MINUTE, "calendar(days=1, hour=9)", "date(now)",
                                        "or(cron(hour=2), interval(hours=5))"};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        execz_task_spec spec = spec_of(texts[i]);
        g_autoptr(ez_task) task = make(&spec);
        ez_task_defaults defaults = no_wishes;
        g_autoptr(ez_task) alone = ez_task_new(&spec, &defaults, NULL, NULL);
        g_autoptr(ez_trigger) one = ez_task_make_trigger(task, NEW_YEAR, NULL);
        g_autoptr(ez_trigger) other =
            ez_task_make_trigger(alone, NEW_YEAR + 30 * EXECZ_HOUR + 1, NULL);
        g_autofree char *text = ez_trigger_format(one);
        g_autofree char *other_text = ez_trigger_format(other);

        cr_expect(ne(str, text, other_text));
    }
}

Test(schedule, an_interval_counted_from_another_anchor_is_as_if_read_with_it)
{
    execz_task_spec spec = spec_of("interval(minutes=7, end_at=2027-02-01T00:00:00Z, jitter=5s)");
    g_autoptr(ez_task) task = make(&spec);
    g_autoptr(ez_trigger) trigger = ez_task_make_trigger(task, NEW_YEAR + 3, NULL);
    g_autofree char *text = ez_trigger_format(trigger);

    cr_expect(eq(str, text,
                 (char *)"interval(minutes=7, anchor=2027-01-01T00:00:00.000000003Z, "
                         "end_at=2027-02-01T00:00:00Z, jitter=5s, timezone=UTC)"));
    cr_expect(eq(i64, ez_trigger_next(trigger, 0), NEW_YEAR + 3 + 7 * EXECZ_MINUTE));
}

Test(schedule, a_trigger_that_tells_its_anchor_keeps_it)
{
    execz_task_spec spec = spec_of("interval(minutes=7, anchor=2027-01-01T00:00:00Z)");
    g_autoptr(ez_task) task = make(&spec);
    g_autoptr(ez_trigger) trigger = ez_task_make_trigger(task, NEW_YEAR + 3, NULL);

    cr_expect(eq(i64, ez_trigger_next(trigger, 0), NEW_YEAR + 7 * EXECZ_MINUTE));
}

Test(schedule, an_anchor_that_cannot_be_told_is_refused)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = make(&spec);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(ptr, ez_task_make_trigger(task, -1, &err), NULL));
    cr_expect(eq(int, err.status, EXECZ_E_INVAL));
}
