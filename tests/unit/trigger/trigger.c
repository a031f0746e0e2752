/* SPDX-License-Identifier: MIT */
#include "trigger/trigger.h"

#include "reading.h"
#include "trigger/kind.h"

/* Fires at every point in time there is: what bounds do is all that can be seen. */
static execz_time
always_next(const ez_trigger *self, execz_time after)
{
    return after == EXECZ_TIME_NEVER ? after : after + 1;
}

static bool
always_last(const ez_trigger *self, execz_time until, execz_time *time_out)
{
    *time_out = until;
    return true;
}

static uint64_t
always_count(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit)
{
    return MIN((uint64_t)until - (uint64_t)after, limit);
}

static unsigned n_deinits;

static void
count_deinit(ez_trigger *self)
{
    n_deinits++;
}

static void
no_arguments(const ez_trigger *self, GString *text)
{
}

static const ez_trigger_kind always_kind = {
    .name = "always",
    .next = always_next,
    .last = always_last,
    .count = always_count,
    .format = no_arguments,
    .deinit = count_deinit,
};

static ez_trigger *
always_between(execz_time start_at, execz_time end_at)
{
    ez_scope scope = {NULL, {start_at, false}, {end_at, false}, 0};

    cr_assert(eq(int, ez_zone_open("UTC", &scope.zone, NULL), EXECZ_OK));
    return ez_trigger_new(&always_kind, sizeof(ez_trigger), &scope);
}

Test(trigger, nothing_fires_before_start_at)
{
    g_autoptr(ez_trigger) trigger = always_between(100, 200);
    execz_time last = 7;

    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MIN), 100));
    cr_expect(eq(i64, ez_trigger_next(trigger, 99), 100));
    cr_expect(eq(i64, ez_trigger_next(trigger, 100), 101));
    cr_expect(not(ez_trigger_last(trigger, 99, &last)));
    cr_expect(eq(i64, last, 7), "untouched when there is none");
    cr_expect(ez_trigger_last(trigger, 100, &last) && last == 100);
}

Test(trigger, nothing_fires_after_end_at)
{
    g_autoptr(ez_trigger) trigger = always_between(100, 200);
    execz_time last = 0;

    cr_expect(eq(i64, ez_trigger_next(trigger, 199), 200));
    cr_expect(eq(i64, ez_trigger_next(trigger, 200), EXECZ_TIME_NEVER));
    cr_expect(ez_trigger_last(trigger, 5000, &last) && last == 200);
}

Test(trigger, counting_stays_within_the_bounds_and_the_limit)
{
    g_autoptr(ez_trigger) trigger = always_between(100, 200);

    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, EXECZ_TIME_NEVER, 1000), 101));
    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, EXECZ_TIME_NEVER, 10), 10));
    cr_expect(eq(u64, ez_trigger_count(trigger, 150, 160, 1000), 10));
    cr_expect(eq(u64, ez_trigger_count(trigger, 160, 150, 1000), 0));
    cr_expect(eq(u64, ez_trigger_count(trigger, 200, EXECZ_TIME_NEVER, 1000), 0));
}

Test(trigger, never_is_no_time_to_fire_at)
{
    g_autoptr(ez_trigger) trigger = always_between(EZ_SCOPE_NO_START, EXECZ_TIME_NEVER);
    execz_time last = 0;

    cr_expect(ez_trigger_last(trigger, EXECZ_TIME_NEVER, &last) && last == EXECZ_TIME_NEVER - 1);
    cr_expect(eq(u64, ez_trigger_count(trigger, EXECZ_TIME_NEVER - 3, EXECZ_TIME_NEVER, 9), 2));
    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MIN), INT64_MIN + 1));
}

Test(trigger, the_last_reference_releases_it)
{
    ez_trigger *trigger = always_between(100, 200);

    cr_expect(eq(ptr, ez_trigger_ref(trigger), trigger));
    ez_trigger_unref(trigger);
    cr_expect(eq(uint, n_deinits, 0));
    ez_trigger_unref(trigger);
    cr_expect(eq(uint, n_deinits, 1));
    ez_trigger_unref(NULL);
}

Test(trigger, its_text_ends_with_bounds_and_zone)
{
    g_autoptr(ez_trigger) trigger = always_between(0, EXECZ_DAY);
    g_autofree char *text = ez_trigger_format(trigger);

    cr_expect(eq(str, text,
                 (char *)"always(start_at=1970-01-01T00:00:00Z, "
                         "end_at=1970-01-02T00:00:00Z, timezone=UTC)"));
}
