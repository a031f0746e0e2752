/* SPDX-License-Identifier: MIT */
#include "task/due.h"

#include "tasks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EVERY_MINUTE "interval(minutes=1, start_at=2027-01-01)"
#define EVERY_SECOND "interval(seconds=1, start_at=2027-01-01)"
#define AT(minute) (NEW_YEAR + (minute)*EXECZ_MINUTE)
#define UNLIMITED (-EXECZ_NANOSECOND)
#define YEAR (365 * EXECZ_DAY)

typedef struct subject {
    ez_task *task;       /* owned */
    ez_trigger *trigger; /* owned */
} subject;

static subject
subject_new(const char *trigger, uint32_t coalesce, execz_duration grace)
{
    execz_task_spec spec = spec_of(trigger);
    subject self;

    spec.coalesce = coalesce;
    spec.misfire_grace_time = grace;
    self.task = make_task(&spec);
    self.trigger = ez_task_make_trigger(self.task, NEW_YEAR, NULL);
    return self;
}

static void
subject_free(subject *self)
{
    ez_trigger_unref(self->trigger);
    ez_task_unref(self->task);
}

static ez_due
collect_of(const subject *self, execz_time from, execz_time now)
{
    ez_due due;

    ez_due_collect(self->task, self->trigger, from, now, &due);
    return due;
}

static ez_due
collect(const char *trigger, uint32_t coalesce, execz_duration grace, execz_time from,
        execz_time now)
{
    subject one = subject_new(trigger, coalesce, grace);
    ez_due due = collect_of(&one, from, now);

    subject_free(&one);
    return due;
}

/* ---- coalescing ------------------------------------------------------------------------------ */

Test(due, what_is_in_time_is_run_and_the_next_one_is_told)
{
    ez_due due = collect(EVERY_MINUTE, EXECZ_COALESCE_LATEST, EXECZ_HOUR, AT(0), AT(0));

    cr_expect(all(eq(u32, due.n, 1), eq(u64, due.coalesced, 0), eq(u64, due.missed, 0)));
    cr_expect(eq(i64, due.times[0], AT(0)));
    cr_expect(eq(i64, due.next, AT(1)));
}

Test(due, one_run_time_that_is_late_within_its_grace_is_run_as_itself)
{
    ez_due due =
        collect(EVERY_MINUTE, EXECZ_COALESCE_LATEST, EXECZ_HOUR, AT(0), AT(0) + 40 * EXECZ_SECOND);

    cr_expect(all(eq(u32, due.n, 1), eq(u64, due.coalesced, 0), eq(u64, due.missed, 0)));
    cr_expect(eq(i64, due.times[0], AT(0)));
    cr_expect(eq(i64, due.next, AT(1)));
}

Test(due, coalescing_runs_the_latest_and_counts_the_others)
{
    ez_due due = collect(EVERY_MINUTE, EXECZ_COALESCE_LATEST, EXECZ_HOUR, AT(0), AT(9));

    cr_expect(all(eq(u32, due.n, 1), eq(u64, due.coalesced, 9), eq(u64, due.missed, 0)));
    cr_expect(eq(i64, due.times[0], AT(9)));
    cr_expect(eq(i64, due.next, AT(10)));
}

Test(due, coalescing_counts_from_the_first_that_was_not_run)
{
    ez_due due = collect(EVERY_MINUTE, EXECZ_COALESCE_LATEST, EXECZ_HOUR, AT(5), AT(9));

    cr_expect(all(eq(u32, due.n, 1), eq(u64, due.coalesced, 4)));
}

Test(due, if_the_latest_is_too_late_all_are_missed)
{
    ez_due due = collect("interval(minutes=1, start_at=2027-01-01, end_at=2027-01-01T00:09)",
                         EXECZ_COALESCE_LATEST, EXECZ_MINUTE, AT(0), AT(11));

    cr_expect(all(eq(u32, due.n, 0), eq(u64, due.coalesced, 0), eq(u64, due.missed, 10)));
    cr_expect(eq(i64, due.missed_last, AT(9)));
    cr_expect(eq(i64, due.next, EXECZ_TIME_NEVER));
}

/* ---- without coalescing ---------------------------------------------------------------------- */

Test(due, without_coalescing_each_is_run_in_order)
{
    ez_due due = collect(EVERY_MINUTE, EXECZ_COALESCE_NONE, EXECZ_HOUR, AT(0), AT(3));
    execz_time expected[] = {AT(0), AT(1), AT(2), AT(3)};

    cr_assert(all(eq(u32, due.n, 4), eq(u64, due.coalesced, 0), eq(u64, due.missed, 0)));
    cr_expect(eq(int, memcmp(due.times, expected, sizeof expected), 0));
    cr_expect(eq(i64, due.next, AT(4)));
}

Test(due, without_coalescing_a_full_hundred_is_run_and_nothing_missed)
{
    ez_due due = collect(EVERY_MINUTE, EXECZ_COALESCE_NONE, UNLIMITED, AT(1), AT(100));

    cr_expect(all(eq(u32, due.n, EXECZ_RUN_TIMES_MAX), eq(u64, due.missed, 0)));
    cr_expect(all(eq(i64, due.times[0], AT(1)), eq(i64, due.times[99], AT(100))));
}

Test(due, without_coalescing_all_but_the_latest_hundred_are_missed)
{
    ez_due due = collect(EVERY_MINUTE, EXECZ_COALESCE_NONE, UNLIMITED, AT(0), AT(100));

    cr_expect(all(eq(u32, due.n, EXECZ_RUN_TIMES_MAX), eq(u64, due.missed, 1)));
    cr_expect(all(eq(i64, due.times[0], AT(1)), eq(i64, due.times[99], AT(100))));
    cr_expect(eq(i64, due.missed_last, AT(0)));
}

Test(due, without_coalescing_only_those_beyond_their_grace_are_missed)
{
    ez_due due = collect(EVERY_MINUTE, EXECZ_COALESCE_NONE, 2 * EXECZ_MINUTE, AT(0),
                         AT(9) + 30 * EXECZ_SECOND);

    cr_expect(all(eq(u32, due.n, 2), eq(u64, due.missed, 8), eq(u64, due.coalesced, 0)));
    cr_expect(all(eq(i64, due.times[0], AT(8)), eq(i64, due.times[1], AT(9))));
    cr_expect(eq(i64, due.missed_last, AT(7)));
}

/* ---- grace ----------------------------------------------------------------------------------- */

Test(due, grace_zero_runs_what_is_exactly_in_time)
{
    ez_due due = collect(EVERY_MINUTE, EXECZ_COALESCE_LATEST, 0, AT(3), AT(3));

    cr_expect(all(eq(u32, due.n, 1), eq(u64, due.missed, 0)));
}

Test(due, grace_zero_misses_what_is_a_nanosecond_late)
{
    ez_due due = collect(EVERY_MINUTE, EXECZ_COALESCE_LATEST, 0, AT(3), AT(3) + 1);

    cr_expect(all(eq(u32, due.n, 0), eq(u64, due.missed, 1)));
    cr_expect(eq(i64, due.missed_last, AT(3)));
}

Test(due, exactly_as_late_as_its_grace_is_in_time)
{
    ez_due due =
        collect(EVERY_MINUTE, EXECZ_COALESCE_LATEST, EXECZ_SECOND, AT(3), AT(3) + EXECZ_SECOND);

    cr_expect(all(eq(u32, due.n, 1), eq(u64, due.missed, 0)));
}

Test(due, a_nanosecond_later_than_its_grace_is_missed)
{
    ez_due due =
        collect(EVERY_MINUTE, EXECZ_COALESCE_LATEST, EXECZ_SECOND, AT(3), AT(3) + EXECZ_SECOND + 1);

    cr_expect(all(eq(u32, due.n, 0), eq(u64, due.missed, 1)));
}

Test(due, without_a_limit_nothing_is_too_late)
{
    ez_due due =
        collect("date(1970-01-01T00:00:01)", EXECZ_COALESCE_LATEST, UNLIMITED, EXECZ_SECOND, AT(0));

    cr_expect(all(eq(u32, due.n, 1), eq(u64, due.missed, 0)));
    cr_expect(eq(i64, due.next, EXECZ_TIME_NEVER));
}

Test(due, a_date_in_the_past_is_missed_once)
{
    ez_due due =
        collect("date(2026-12-31)", EXECZ_COALESCE_LATEST, EXECZ_HOUR, AT(0) - EXECZ_DAY, AT(0));

    cr_expect(all(eq(u32, due.n, 0), eq(u64, due.coalesced, 0), eq(u64, due.missed, 1)));
    cr_expect(eq(i64, due.missed_last, AT(0) - EXECZ_DAY));
    cr_expect(eq(i64, due.next, EXECZ_TIME_NEVER));
}

/* ---- long sleeps ----------------------------------------------------------------------------- */

Test(due, after_a_year_the_coalesced_are_counted_up_to_the_limit)
{
    ez_due due = collect(EVERY_SECOND, EXECZ_COALESCE_LATEST, EXECZ_HOUR, AT(0), AT(0) + YEAR);

    cr_expect(all(eq(u32, due.n, 1), eq(u64, due.coalesced, EZ_DUE_COUNT_MAX)));
    cr_expect(eq(i64, due.times[0], AT(0) + YEAR));
    cr_expect(eq(i64, due.next, AT(0) + YEAR + EXECZ_SECOND));
}

Test(due, after_a_year_the_missed_are_counted_up_to_the_limit)
{
    ez_due due = collect(EVERY_SECOND, EXECZ_COALESCE_LATEST, 0, AT(0), AT(0) + YEAR + 1);

    cr_expect(all(eq(u32, due.n, 0), eq(u64, due.missed, EZ_DUE_COUNT_MAX)));
    cr_expect(eq(i64, due.missed_last, AT(0) + YEAR));
}

Test(due, after_a_year_without_coalescing_the_latest_hundred_are_run)
{
    ez_due due = collect(EVERY_SECOND, EXECZ_COALESCE_NONE, EXECZ_HOUR, AT(0), AT(0) + YEAR);

    cr_expect(all(eq(u32, due.n, EXECZ_RUN_TIMES_MAX), eq(u64, due.missed, EZ_DUE_COUNT_MAX)));
    cr_expect(eq(i64, due.times[0], AT(0) + YEAR - 99 * EXECZ_SECOND));
    cr_expect(eq(i64, due.missed_last, AT(0) + YEAR - 100 * EXECZ_SECOND));
}

/* Walking through one of these years takes a second or so: this test would not end. */
Test(due, centuries_of_seconds_are_not_walked_through)
{
    for (int i = 0; i < 100; i++) {
        ez_due due =
            collect(EVERY_SECOND, EXECZ_COALESCE_NONE, EXECZ_HOUR, AT(0), AT(0) + 200 * YEAR);

        cr_assert(eq(u32, due.n, EXECZ_RUN_TIMES_MAX));
    }
}

/* ---- jitter ---------------------------------------------------------------------------------- */

#define JITTERY "interval(minutes=1, start_at=2027-01-01, jitter=20s)"
#define WIDE_JITTER "interval(seconds=1, start_at=2027-01-01, jitter=1h)"

Test(due, jitter_shifts_the_same_fire_time_by_the_same_amount)
{
    subject one = subject_new(JITTERY, EXECZ_COALESCE_LATEST, EXECZ_HOUR);
    subject same = subject_new(JITTERY, EXECZ_COALESCE_LATEST, EXECZ_HOUR);

    cr_expect(eq(i64, ez_due_time(one.task, one.trigger, AT(7)),
                 ez_due_time(same.task, same.trigger, AT(7))));
    subject_free(&same);
    subject_free(&one);
}

Test(due, jitter_shifts_tasks_apart)
{
    subject one = subject_new(JITTERY, EXECZ_COALESCE_LATEST, EXECZ_HOUR);
    execz_task_spec spec = spec_of(JITTERY);
    g_autoptr(ez_task) other = NULL;

    spec.id = "other";
    other = make_task(&spec);
    cr_expect(
        ne(i64, ez_due_time(one.task, one.trigger, AT(7)), ez_due_time(other, one.trigger, AT(7))));
    subject_free(&one);
}

Test(due, jitter_stays_within_its_bound_and_uses_it)
{
    subject one = subject_new(JITTERY, EXECZ_COALESCE_LATEST, EXECZ_HOUR);
    execz_duration least = EXECZ_HOUR, most = -1;

    for (int i = 0; i < 1000; i++) {
        execz_duration shift = ez_due_time(one.task, one.trigger, AT(i)) - AT(i);

        least = MIN(least, shift);
        most = MAX(most, shift);
    }
    cr_expect(all(ge(i64, least, 0), lt(i64, least, EXECZ_SECOND)));
    cr_expect(all(le(i64, most, 20 * EXECZ_SECOND), gt(i64, most, 19 * EXECZ_SECOND)));
    subject_free(&one);
}

Test(due, jitter_never_reaches_the_next_fire_time)
{
    subject one = subject_new(WIDE_JITTER, EXECZ_COALESCE_LATEST, EXECZ_HOUR);

    for (int i = 0; i < 10000; i++) {
        execz_time fire = AT(0) + i * EXECZ_SECOND;

        cr_assert(lt(i64, ez_due_time(one.task, one.trigger, fire), fire + EXECZ_SECOND));
    }
    subject_free(&one);
}

Test(due, jitter_at_the_end_of_time_stays_before_never)
{
    subject one = subject_new("date(2261-12-31T23:59:59, jitter=1000d)", EXECZ_COALESCE_LATEST, 0);
    execz_time fire = ez_trigger_next(one.trigger, 0);
    execz_time due = ez_due_time(one.task, one.trigger, fire);

    cr_expect(all(ge(i64, due, fire), lt(i64, due, EXECZ_TIME_NEVER)));
    cr_expect(eq(i64, ez_due_time(one.task, one.trigger, EXECZ_TIME_NEVER), EXECZ_TIME_NEVER));
    subject_free(&one);
}

Test(due, jitter_neither_loses_a_fire_time_nor_accumulates)
{
    subject one = subject_new(WIDE_JITTER, EXECZ_COALESCE_LATEST, 0);
    execz_time fire = AT(0);

    for (int i = 0; i < 10000; i++) {
        execz_time now = ez_due_time(one.task, one.trigger, fire);
        ez_due due = collect_of(&one, fire, now);

        cr_assert(all(eq(u32, due.n, 1), eq(u64, due.coalesced, 0), eq(u64, due.missed, 0)));
        cr_assert(eq(i64, due.times[0], now));
        cr_assert(eq(i64, due.next, AT(0) + (i + 1) * EXECZ_SECOND));
        fire = due.next;
    }
    subject_free(&one);
}

Test(due, grace_is_counted_from_the_shifted_time)
{
    subject one = subject_new(JITTERY, EXECZ_COALESCE_LATEST, EXECZ_SECOND);
    execz_time at = ez_due_time(one.task, one.trigger, AT(7));

    cr_expect(eq(u32, collect_of(&one, AT(7), at + EXECZ_SECOND).n, 1));
    cr_expect(eq(u64, collect_of(&one, AT(7), at + EXECZ_SECOND + 1).missed, 1));
    subject_free(&one);
}

Test(due, a_fire_time_whose_shift_is_not_over_is_left_for_later)
{
    subject one = subject_new(JITTERY, EXECZ_COALESCE_LATEST, EXECZ_HOUR);
    execz_time at = ez_due_time(one.task, one.trigger, AT(7));
    ez_due before = collect_of(&one, AT(0), at - 1);

    cr_assert(gt(i64, at, AT(7)), "choose a fire time that is shifted");
    cr_expect(all(eq(u32, before.n, 1), eq(u64, before.coalesced, 6)));
    cr_expect(eq(i64, before.next, AT(7)));
    cr_expect(eq(i64, collect_of(&one, AT(0), at).next, AT(8)));
    subject_free(&one);
}

/* ---- property -------------------------------------------------------------------------------- */

/* Each fire time in its own turn, as a definition would have it. */
static uint64_t
count_slowly(const subject *self, execz_time from, execz_time now)
{
    uint64_t n = 0;

    for (execz_time at = from; at != EXECZ_TIME_NEVER; at = ez_trigger_next(self->trigger, at)) {
        if (ez_due_time(self->task, self->trigger, at) > now) {
            break;
        }
        n++;
    }
    return n;
}

static int64_t
below(unsigned short seed[3], int64_t bound)
{
    return nrand48(seed) % bound;
}

Test(due, every_fire_time_is_run_coalesced_or_missed)
{
    unsigned short seed[3] = {(unsigned short)time(NULL), (unsigned short)getpid(), 1};

    cr_log_info("seed %hu %hu", seed[0], seed[1]);
    for (int i = 0; i < 2000; i++) {
        execz_duration length = (1 + below(seed, 100)) * EXECZ_SECOND;
        g_autofree char *trigger =
            g_strdup_printf("interval(seconds=%" PRIi64 ", start_at=2027-01-01, jitter=%" PRIi64
                            "s)",
                            length / EXECZ_SECOND, below(seed, 3) * below(seed, 120));
        execz_duration grace = below(seed, 2) ? UNLIMITED : below(seed, 400) * EXECZ_SECOND;
        subject one = subject_new(trigger, (uint32_t)(1 + below(seed, 2)), grace);
        execz_time from = AT(0) + below(seed, 50) * length;
        execz_time now = ez_due_time(one.task, one.trigger, from) + below(seed, 300) * length +
                         below(seed, EXECZ_SECOND);
        ez_due due = collect_of(&one, from, now);

        cr_assert(eq(u64, due.n + due.coalesced + due.missed, count_slowly(&one, from, now)),
                  "seed %hu %hu, %s, from %" PRIi64 ", now %" PRIi64, seed[0], seed[1], trigger,
                  from, now);
        for (uint32_t k = 1; k < due.n; k++) {
            cr_assert(gt(i64, due.times[k], due.times[k - 1]), "%s", trigger);
        }
        subject_free(&one);
    }
}
