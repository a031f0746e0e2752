/* SPDX-License-Identifier: MIT */
#include "trigger/shutdown.h"

#include "reading.h"

Test(shutdown_trigger, fires_at_no_time)
{
    g_autoptr(ez_trigger) trigger = read_trigger("shutdown()");
    execz_time last = 0;

    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MIN), EXECZ_TIME_NEVER));
    cr_expect(not(ez_trigger_last(trigger, INT64_MAX, &last)));
    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, INT64_MAX, 9), 0));
}

Test(shutdown_trigger, fires_when_the_scheduler_shuts_down_also_within_or)
{
    static const char *const yes[] = {"shutdown()", "or(interval(hours=1), shutdown())",
                                      "or(or(shutdown()))"};
    static const char *const no[] = {"interval(hours=1)", "or(interval(hours=1))",
                                     "and(interval(hours=1))"};

    for (size_t i = 0; i < G_N_ELEMENTS(yes); i++) {
        g_autoptr(ez_trigger) trigger = read_trigger(yes[i]);

        cr_expect(ez_trigger_at_shutdown(trigger), "%s", yes[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(no); i++) {
        g_autoptr(ez_trigger) trigger = read_trigger(no[i]);

        cr_expect(not(ez_trigger_at_shutdown(trigger)), "%s", no[i]);
    }
}

Test(shutdown_trigger, has_no_zone_and_no_bounds)
{
    g_autoptr(ez_trigger) trigger = read_trigger(" shutdown ( ) ");
    g_autofree char *text = ez_trigger_format(trigger);
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    ez_trigger *refused = NULL;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(str, text, (char *)"shutdown()"));
    cr_expect(eq(int, ez_trigger_parse("shutdown(timezone=UTC)", &defaults, &refused, NULL, &err),
                 EXECZ_E_PARSE));
    cr_expect(eq(str, err.message,
                 (char *)"shutdown takes nothing; it fires when the scheduler shuts down"));
}
