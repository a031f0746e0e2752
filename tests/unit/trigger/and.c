/* SPDX-License-Identifier: MIT */
#include "trigger/and.h"

#include "reading.h"
#include "trigger/combine.h"
#include "trigger/interval.h"

#define AT(hours) (NEW_YEAR + (hours)*EXECZ_HOUR)

/* `or` of one hides a series, so that what `and` knows of series does not help it. */
#define A_MILLISECOND_SHORT "or(interval(seconds=0.999, start_at=2027-01-01))"
#define EACH_SECOND "or(interval(seconds=1, start_at=2027-01-01))"
#define SPARSE A_MILLISECOND_SHORT ", " EACH_SECOND /* once in 999 s */

/* The first fire time after `after`, however many searches that takes. */
static execz_time
search_next(const ez_trigger *trigger, execz_time after, unsigned *searches)
{
    for (;;) {
        ez_found found = ez_trigger_find_next(trigger, after);

        ++*searches;
        if (found.sure) {
            return found.time;
        }
        cr_assert(gt(i64, found.time, after + 1), "a search makes progress");
        after = found.time - 1;
    }
}

static execz_time
search_last(const ez_trigger *trigger, execz_time until, unsigned *searches)
{
    for (;;) {
        ez_found found = ez_trigger_find_last(trigger, until);

        ++*searches;
        if (found.sure) {
            return found.time;
        }
        cr_assert(lt(i64, found.time, until), "a search makes progress");
        until = found.time;
    }
}

static void
expect_refused(const char *text, size_t expected_column, const char *message)
{
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    ez_trigger *trigger = NULL;
    size_t column = 0;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_trigger_parse(text, &defaults, &trigger, &column, &err), EXECZ_E_PARSE),
              "%s", text);
    cr_expect(eq(str, err.message, (char *)message), "%s", text);
    cr_expect(eq(sz, column, expected_column), "%s", text);
}

#define NEVER "the triggers within and never fire at the same time, so that it would never fire"
#define HINT                                                                                       \
    "; give each interval and calendar a start_at, without which it counts from when it is added"

Test(and, fires_when_all_of_its_triggers_do)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("and(interval(hours=6, start_at=2027-01-01), interval(hours=4, "
                     "start_at=2027-01-01), interval(hours=1, start_at=2027-01-01))");
    execz_time last = 0;

    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MIN), AT(0)));
    cr_expect(eq(i64, ez_trigger_next(trigger, AT(0)), AT(12)));
    cr_expect(ez_trigger_last(trigger, AT(23), &last) && last == AT(12));
    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, AT(48), 100), 5));
    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, AT(48), 3), 3));
}

Test(and, intervals_without_a_start_count_from_the_same_anchor)
{
    g_autoptr(ez_trigger) trigger = read_trigger("and(interval(hours=2), interval(hours=3))");

    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MIN), AT(6)));
}

Test(and, intervals_that_nearly_never_meet_are_solved_at_once)
{
    g_autoptr(ez_trigger) trigger = read_trigger(
        "and(interval(seconds=1000.003, start_at=2027-01-01), interval(seconds=1000.033, "
        "start_at=2027-01-01T00:00:01))");
    ez_found found = ez_trigger_find_next(trigger, 0);
    execz_time back = 0;

    cr_assert(found.sure && found.time != EXECZ_TIME_NEVER);
    cr_expect(gt(i64, found.time, NEW_YEAR + 365 * EXECZ_DAY));
    cr_expect(eq(i64, (found.time - NEW_YEAR) % (1000003 * EXECZ_MILLISECOND), 0));
    cr_expect(eq(i64, (found.time - NEW_YEAR - EXECZ_SECOND) % (1000033 * EXECZ_MILLISECOND), 0));
    cr_expect(ez_trigger_last(trigger, found.time + 1, &back) && back == found.time);
}

Test(and, what_never_fires_is_refused_at_once)
{
    expect_refused("and(interval(hours=1, start_at=2027-01-01), interval(hours=1, "
                   "start_at=2027-01-01T00:30))",
                   1, NEVER);
    expect_refused("and(date(2027-01-01), date(2027-01-02))", 1, NEVER);
    expect_refused("or(date(2027-01-01), and(interval(hours=1, start_at=2027-01-01), "
                   "date(2027-01-01T00:30)))",
                   22, NEVER);
    expect_refused("and(interval(hours=1, start_at=2027-01-01, end_at=2027-01-02), "
                   "date(2027-01-03))",
                   1, NEVER);
    expect_refused("and(interval(hours=1, start_at=2027-01-01), shutdown())", 1, NEVER);
    expect_refused("and(interval(hours=1, start_at=2027-01-01T00:00:00.5), cron(second=*))", 1,
                   NEVER);
    expect_refused("and(cron(second=*/2), cron(second=1-59/2))", 1, NEVER);
    expect_refused("and(cron(hour=*, minute=1), crontab(\"2 * * * *\"), "
                   "timezone=America/New_York)",
                   1, NEVER);
    expect_refused("and(interval(hours=1), interval(hours=1, start_at=2027-01-01T00:30))", 1,
                   NEVER HINT);
    expect_refused("and(calendar(days=2), date(2027-01-02))", 1, NEVER HINT);
}

Test(and, searches_where_it_cannot_know)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("and(or(interval(hours=5, start_at=2027-01-01), date(2027-01-01T00:30)), "
                     "or(interval(hours=7, start_at=2027-01-01)))");
    unsigned searches = 0;

    cr_expect(eq(i64, search_next(trigger, INT64_MIN, &searches), AT(0)));
    cr_expect(eq(i64, search_next(trigger, AT(0), &searches), AT(35)));
    cr_expect(eq(i64, search_last(trigger, AT(69), &searches), AT(35)));
    cr_expect(eq(i64, search_last(trigger, AT(0) - 1, &searches), EZ_TIME_NONE));
    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, AT(70), 99), 3));
    cr_expect(eq(uint, searches, 4));
}

/* They do not meet within the steps of one search. */
Test(and, a_search_ends_early_and_goes_on_without_losing_anything)
{
    g_autoptr(ez_trigger) trigger = read_trigger("and(" SPARSE ")");
    execz_time meeting = NEW_YEAR + 999 * EXECZ_SECOND, last = 7;
    unsigned searches = 0;

    cr_expect(not(ez_trigger_find_next(trigger, NEW_YEAR).sure));
    cr_expect(eq(i64, search_next(trigger, NEW_YEAR, &searches), meeting));
    cr_expect(gt(uint, searches, 1));
    cr_expect(not(ez_trigger_find_last(trigger, meeting - 1).sure));
    cr_expect(not(ez_trigger_last(trigger, meeting - 1, &last)), "not known");
    cr_expect(eq(i64, last, 7));
    cr_expect(eq(i64, search_last(trigger, meeting - 1, &searches), NEW_YEAR));
    cr_expect(lt(i64, ez_trigger_next(trigger, NEW_YEAR), meeting), "from where to search on");
}

Test(and, its_bounds_make_an_early_end_sure)
{
    g_autoptr(ez_trigger) trigger = read_trigger("and(" SPARSE ", end_at=2027-01-01T00:01)");
    ez_found found = ez_trigger_find_next(trigger, NEW_YEAR);

    cr_expect(all(found.sure, eq(i64, found.time, EXECZ_TIME_NEVER)));
}

Test(and, within_or_is_unsure_only_where_it_matters)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("or(interval(seconds=10, start_at=2027-01-01), and(" SPARSE "))");
    ez_found found = ez_trigger_find_next(trigger, NEW_YEAR);

    cr_expect(all(found.sure, eq(i64, found.time, NEW_YEAR + 10 * EXECZ_SECOND)));
}

Test(and, cron_and_intervals_meet)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("and(cron(day=13, hour=0), crontab(\"0 0 * * 5\"))");
    g_autoptr(ez_trigger) mixed =
        read_trigger("and(interval(seconds=0.7, start_at=2027-01-01), cron(hour=3))");
    ez_found found = ez_trigger_find_next(trigger, NEW_YEAR);

    cr_expect(all(found.sure, eq(i64, found.time, NEW_YEAR + 224 * EXECZ_DAY)));
    found = ez_trigger_find_next(mixed, NEW_YEAR);
    cr_expect(found.sure && found.time % (7 * EXECZ_SECOND) == NEW_YEAR % (7 * EXECZ_SECOND));
}

/* Both run at the end of the gap, which no bits of their fields have in common. */
Test(and, cron_within_a_gap_meets_behind_it)
{
    g_autoptr(ez_trigger) trigger = read_trigger(
        "and(cron(hour=2, minute=15), cron(hour=2, minute=30), timezone=Europe/Berlin)");
    ez_found found = ez_trigger_find_next(trigger, NEW_YEAR);

    cr_expect(all(found.sure, eq(i64, found.time, INT64_C(1806195600) * EXECZ_SECOND)));
}

/* ---- texts that are meant to cost much -------------------------------------------------------- */

static unsigned n_calls;

static execz_time
counted_next(const ez_trigger *self, execz_time after)
{
    n_calls++;
    return ez_interval_kind.next(self, after);
}

static bool
counted_last(const ez_trigger *self, execz_time until, execz_time *time_out)
{
    n_calls++;
    return ez_interval_kind.last(self, until, time_out);
}

static uint64_t
counted_count(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit)
{
    n_calls++;
    return ez_interval_kind.count(self, after, until, limit);
}

/* Has the calls of all intervals within counted; returns how many of them there are. */
static unsigned
count_calls(ez_trigger *self)
{
    static ez_trigger_kind counted;
    unsigned n = 0;

    if (self->kind->search == NULL) {
        counted = ez_interval_kind;
        counted.next = counted_next;
        counted.last = counted_last;
        counted.count = counted_count;
        self->kind = &counted;
        return 1;
    }
    for (guint i = 0; i < ((ez_combination *)self)->children->len; i++) {
        n += count_calls(((ez_combination *)self)->children->pdata[i]);
    }
    return n;
}

static void
expect_bounded(const char *text)
{
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    unsigned limit = EZ_STEPS_PER_CALL + 2 * count_calls(trigger);
    execz_time after = NEW_YEAR;

    for (int i = 0; i < 100; i++) {
        ez_found found;

        n_calls = 0;
        found = ez_trigger_find_next(trigger, after);
        cr_expect(le(uint, n_calls, limit), "next: %.99s", text);
        cr_expect(gt(i64, found.time, after + !found.sure), "%.99s", text);
        after = found.time - !found.sure;
        n_calls = 0;
        found = ez_trigger_find_last(trigger, after);
        cr_expect(le(uint, n_calls, limit), "last: %.99s", text);
        n_calls = 0;
        (void)ez_trigger_count(trigger, NEW_YEAR, NEW_YEAR + 3650 * EXECZ_DAY, UINT64_MAX);
        cr_expect(le(uint, n_calls, limit), "count: %.99s", text);
    }
}

/* `or`s of `and`s, as deep as may be, of intervals of several lengths. */
static void
append_nest(GString *text, unsigned depth, unsigned width, unsigned *n)
{
    if (depth == 0) {
        g_string_append_printf(text, "interval(seconds=0.%03u)", 1 + (*n)++ % 12);
        return;
    }
    g_string_append(text, depth % 2 == 0 ? "and(" : "or(");
    for (unsigned i = 0; i < width; i++) {
        g_string_append(text, i == 0 ? "" : ",");
        append_nest(text, i == 0 ? depth - 1 : 0, width, n);
    }
    g_string_append_c(text, ')');
}

Test(and, no_text_makes_a_search_long)
{
    static const unsigned shapes[][2] = {{15, 2}, {15, 3}, {14, 3}, {2, 30}, {3, 20}, {1, 60}};

    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        unsigned n = 500;

        append_nest(text, shapes[i][0], shapes[i][1], &n);
        expect_bounded(text->str);
    }
}

/* Thousands of fire times in each second on either side, and none in common. */
Test(and, two_busy_sides_are_searched_within_bounds)
{
    g_autoptr(GString) text = g_string_new("and(");

    for (int side = 0; side < 2; side++) {
        g_string_append(text, side == 0 ? "or(" : "),or(");
        for (int i = 0; i < 28; i++) {
            g_string_append_printf(text,
                                   "%sinterval(seconds=0.001,start_at=2027-01-01T0:0:0.%03d%d)",
                                   i == 0 ? "" : ",", i, side + 1);
        }
    }
    g_string_append(text, "))");
    expect_bounded(text->str);
}

Test(and, what_is_too_long_when_written_out_is_refused)
{
    ez_trigger_defaults defaults = {"UTC", EZ_TRIGGER_CHECK_ANCHOR};
    g_autoptr(GString) text = g_string_new("or(date(now)");
    ez_trigger *trigger = NULL;
    execz_error err = EXECZ_ERROR_INIT;

    while (text->len < 4000) {
        g_string_append(text, ",date(now)");
    }
    g_string_append_c(text, ')');
    cr_expect(eq(int, ez_trigger_parse(text->str, &defaults, &trigger, NULL, &err), EXECZ_E_LIMIT));
    cr_expect(strstr(err.message, "the limit is 4096") != NULL, "%s", err.message);
}
