/* SPDX-License-Identifier: MIT */
#include "isolation/crashes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const ez_isolation patient = {.process = true,
                                     .window = 10 * EXECZ_MINUTE,
                                     .delay = EXECZ_SECOND,
                                     .max_delay = 5 * EXECZ_SECOND};

Test(crashes, each_soon_after_the_one_before_doubles_the_wait_up_to_a_limit)
{
    const int64_t waits[] = {1, 2, 4, 5, 5};
    ez_crashes crashes = {0};
    int64_t now = EXECZ_HOUR;

    for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
        int64_t next = ez_crashes_note(&crashes, &patient, now);

        cr_expect(eq(i64, next - now, waits[i] * EXECZ_SECOND), "number %zu", i);
        now = next;
    }
}

Test(crashes, after_a_quiet_time_the_wait_is_short_again)
{
    ez_crashes crashes = {0};

    (void)ez_crashes_note(&crashes, &patient, 0);
    (void)ez_crashes_note(&crashes, &patient, EXECZ_SECOND);
    cr_expect(
        eq(i64, ez_crashes_note(&crashes, &patient, EXECZ_MINUTE), EXECZ_MINUTE + EXECZ_SECOND));
}

Test(crashes, too_many_within_the_window_are_the_end)
{
    ez_isolation strict = patient;
    ez_crashes crashes = {0};

    strict.crashes = 3;
    cr_expect(ne(i64, ez_crashes_note(&crashes, &strict, 0), EXECZ_TIME_NEVER));
    cr_expect(ne(i64, ez_crashes_note(&crashes, &strict, EXECZ_MINUTE), EXECZ_TIME_NEVER));
    cr_expect(eq(i64, ez_crashes_note(&crashes, &strict, 2 * EXECZ_MINUTE), EXECZ_TIME_NEVER));
}

Test(crashes, those_before_the_window_do_not_count)
{
    ez_isolation strict = patient;
    ez_crashes crashes = {0};

    strict.crashes = 3;
    for (int64_t i = 0; i < 100; i++) {
        cr_expect(
            ne(i64, ez_crashes_note(&crashes, &strict, i * 6 * EXECZ_MINUTE), EXECZ_TIME_NEVER));
    }
}

Test(crashes, without_a_limit_it_is_always_started_again)
{
    ez_crashes crashes = {0};

    for (int64_t i = 0; i < 1000; i++) {
        cr_expect(ne(i64, ez_crashes_note(&crashes, &patient, i), EXECZ_TIME_NEVER));
    }
}

Test(crashes, as_many_as_can_be_asked_for_are_counted)
{
    ez_isolation strict = patient;
    ez_crashes crashes = {0};

    strict.crashes = EZ_ISOLATION_CRASHES_MAX;
    for (uint32_t i = 1; i < EZ_ISOLATION_CRASHES_MAX; i++) {
        cr_expect(ne(i64, ez_crashes_note(&crashes, &strict, i), EXECZ_TIME_NEVER));
    }
    cr_expect(eq(i64, ez_crashes_note(&crashes, &strict, EXECZ_SECOND), EXECZ_TIME_NEVER));
}
