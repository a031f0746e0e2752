/* SPDX-License-Identifier: MIT */
/* Each step of the recurrence (recurrence.c) is one date, and that with the wall time at most two
 * points in time, as the policy says: none in a gap that is skipped, two in a fold.
 *
 * A question begins two days off the date in question, because a clock that is set moves a run by
 * a day at most, and goes on step by step until the answer is there.  Only dates that do not exist,
 * and runs in gaps, are passed over: one in the few years that 29 February may be away.
 *
 * Counting walks through the steps.  That is bounded for months, of which there are 3,500 up to the
 * end of time; with days alone those that lie between two changes of the zone's offset are counted
 * at once. */
#include "trigger/calendar.h"

#include "base/error.h"
#include "base/parse.h"
#include "trigger/days.h"
#include "trigger/interval.h"
#include "trigger/recurrence.h"

#include <inttypes.h>

#define MARGIN 2 /* days by which a clock that is set may move a run, and one */

typedef struct calendar {
    ez_trigger base;
    ez_recurrence dates; /* owned */
    int64_t clock;       /* seconds since midnight */
    ez_policy policy;
    ez_moment anchor; /* only if the scope has no start_at */
} calendar;

static const char *const keys[] = {"years",  "months", "weeks",    "days",  "hour",
                                   "minute", "second", "gap",      "fold",  "start_at",
                                   "end_at", "jitter", "timezone", "anchor"};
static const ez_signature signature = {keys, G_N_ELEMENTS(keys), NULL, false};

/* ---- asking ---------------------------------------------------------------------------------- */

static int64_t
date_at(const calendar *self, execz_time time)
{
    int64_t utc = time / EXECZ_SECOND - (time % EXECZ_SECOND < 0);
    int64_t wall = utc + ez_zone_segment(self->base.scope.zone, utc)->offset;

    return wall / EZ_DAY_SECONDS - (wall % EZ_DAY_SECONDS < 0);
}

/* The points in time of a step: how many there are, and those, in order. */
static size_t
times_of(const calendar *self, ez_policy policy, int64_t step, int64_t utc_out[2])
{
    int64_t date;

    if (!ez_recurrence_date(&self->dates, step, &date)) {
        return 0;
    }
    return ez_policy_times(&policy, self->base.scope.zone, date * EZ_DAY_SECONDS + self->clock,
                           utc_out);
}

static execz_time
time_of(int64_t utc)
{
    return utc < EZ_CIVIL_END / EXECZ_SECOND ? utc * EXECZ_SECOND : EXECZ_TIME_NEVER;
}

static execz_time
calendar_next_under(const ez_trigger *base, ez_policy policy, execz_time after)
{
    const calendar *self = (const calendar *)base;
    int64_t end = ez_recurrence_find(&self->dates, INT64_MAX);
    int64_t step = ez_recurrence_find(&self->dates, date_at(self, after) - MARGIN);

    for (step = MAX(step, 0); step <= end; step++) {
        int64_t utc[2];
        size_t n = times_of(self, policy, step, utc);

        for (size_t i = 0; i < n; i++) {
            if (time_of(utc[i]) > after) {
                return time_of(utc[i]);
            }
        }
    }
    return EXECZ_TIME_NEVER;
}

static int64_t
calendar_next_wall(const ez_trigger *base, int64_t wall)
{
    const calendar *self = (const calendar *)base;
    int64_t end = ez_recurrence_find(&self->dates, INT64_MAX);
    int64_t step = ez_recurrence_find(&self->dates, wall / EZ_DAY_SECONDS - MARGIN);
    int64_t date;

    for (step = MAX(step, 0); step <= end; step++) {
        if (ez_recurrence_date(&self->dates, step, &date) &&
            date * EZ_DAY_SECONDS + self->clock >= wall) {
            return date * EZ_DAY_SECONDS + self->clock;
        }
    }
    return EZ_WALL_NONE;
}

static execz_time
calendar_next(const ez_trigger *base, execz_time after)
{
    return calendar_next_under(base, ((const calendar *)base)->policy, after);
}

static bool
calendar_last(const ez_trigger *base, execz_time until, execz_time *time_out)
{
    const calendar *self = (const calendar *)base;
    int64_t step = ez_recurrence_find(&self->dates, date_at(self, until) + MARGIN);

    for (; step >= 0; step--) {
        int64_t utc[2];
        size_t n = times_of(self, self->policy, step, utc);

        for (; n > 0; n--) {
            if (time_of(utc[n - 1]) <= until) {
                *time_out = time_of(utc[n - 1]);
                return true;
            }
        }
    }
    return false;
}

/* A count so far. */
typedef struct counting {
    execz_time last; /* counted; several steps may have the same */
    execz_time until;
    uint64_t n;
} counting;

static void
count_step(const calendar *self, int64_t step, counting *so_far)
{
    int64_t utc[2];
    size_t n = times_of(self, self->policy, step, utc);

    for (size_t i = 0; i < n; i++) {
        if (time_of(utc[i]) > so_far->last && time_of(utc[i]) <= so_far->until) {
            so_far->last = time_of(utc[i]);
            so_far->n++;
        }
    }
}

/* The last step from `step` on, which has a point in time, before the clock is set or until is
 * near. */
static int64_t
quiet_until(const calendar *self, int64_t step, execz_time until)
{
    int64_t date = self->dates.first + step * self->dates.days;
    const ez_segment *segment =
        ez_zone_segment(self->base.scope.zone, (date - MARGIN) * EZ_DAY_SECONDS);
    int64_t end = date_at(self, until);

    if (ez_segment_end(segment) != INT64_MAX) {
        end = MIN(end, ez_segment_end(segment) / EZ_DAY_SECONDS);
    }
    return ez_recurrence_find(&self->dates, end - MARGIN - 1);
}

static uint64_t
calendar_count(const ez_trigger *base, execz_time after, execz_time until, uint64_t limit)
{
    const calendar *self = (const calendar *)base;
    int64_t begin = date_at(self, after), end = date_at(self, until);
    int64_t step = MAX(ez_recurrence_find(&self->dates, begin - MARGIN), 0);
    int64_t last = ez_recurrence_find(&self->dates, end + MARGIN), quiet;
    int64_t first_sure = ez_recurrence_find(&self->dates, begin + MARGIN) + 1;
    counting so_far = {after, until, 0};

    while (step <= last && so_far.n < limit) {
        quiet = self->dates.months == 0 && step >= first_sure ? quiet_until(self, step, until) : 0;
        if (quiet > step) {
            so_far.n += (uint64_t)(quiet - step);
            step = quiet;
        } else {
            count_step(self, step++, &so_far);
        }
    }
    return MIN(so_far.n, limit);
}

static ez_policy
calendar_policy(const ez_trigger *self)
{
    return ((const calendar *)self)->policy;
}

/* ---- text ------------------------------------------------------------------------------------ */

typedef struct amount {
    const char *key;
    int64_t max;
} amount;

static const amount amounts[] = {{"years", 300},   {"months", 3600}, {"weeks", 15653},
                                 {"days", 109575}, {"hour", 23},     {"minute", 59},
                                 {"second", 59}};

enum { YEARS, MONTHS, WEEKS, DAYS, HOUR, MINUTE, SECOND, N_AMOUNTS };

static execz_status
read_amounts(ez_build *build, const ez_syntax_call *call, int64_t values_out[N_AMOUNTS])
{
    for (size_t i = 0; i < N_AMOUNTS; i++) {
        const ez_syntax_argument *argument = ez_arguments_find(call, &signature, amounts[i].key);

        values_out[i] = 0;
        if (argument != NULL && (ez_parse_i64(argument->value, &values_out[i], NULL) != EXECZ_OK ||
                                 values_out[i] < 0 || values_out[i] > amounts[i].max)) {
            return ez_build_fail(build, argument->value_column,
                                 "%s: '%s' is not a whole number from 0 to %" PRId64,
                                 amounts[i].key, argument->value, amounts[i].max);
        }
    }
    if (12 * values_out[YEARS] + values_out[MONTHS] > amounts[MONTHS].max ||
        7 * values_out[WEEKS] + values_out[DAYS] > amounts[DAYS].max) {
        return ez_build_fail(build, call->column,
                             "one step is too long: years and months may make up 300 years in all, "
                             "weeks and days 109575 days");
    }
    if (values_out[YEARS] + values_out[MONTHS] + values_out[WEEKS] + values_out[DAYS] == 0) {
        return ez_build_fail(build, call->column,
                             "the calendar has no step; it needs years, months, weeks or days, "
                             "e.g. calendar(months=1, hour=9)");
    }
    return EXECZ_OK;
}

/* From which date it counts: that of start_at or else of the anchor. */
static execz_status
read_first(calendar *self, ez_build *build, const ez_syntax_call *call)
{
    const ez_syntax_argument *anchor = ez_arguments_find(call, &signature, "anchor");
    const ez_scope *scope = &self->base.scope;
    execz_status status = EXECZ_OK;

    if (anchor != NULL && scope->start_at.time != EZ_SCOPE_NO_START) {
        return ez_build_fail(build, anchor->column,
                             "'anchor' and 'start_at' exclude each other; the dates are counted "
                             "from that of either");
    }
    if (scope->start_at.time != EZ_SCOPE_NO_START) {
        self->dates.first = date_at(self, scope->start_at.time);
        return EXECZ_OK;
    }
    if (anchor != NULL) {
        status = ez_scope_read_moment(scope, build, anchor, &self->anchor);
    } else {
        self->anchor = ez_build_take_anchor(build);
        build->column = call->column;
        status = ez_interval_check_anchor(self->anchor.time, build->err);
    }
    if (status == EXECZ_OK) {
        self->dates.first = date_at(self, self->anchor.time);
    }
    return status;
}

static execz_status
complete(calendar *self, ez_build *build, const ez_syntax_call *call)
{
    execz_status status = read_first(self, build, call);

    if (status != EXECZ_OK) {
        return status;
    }
    ez_recurrence_init(&self->dates);
    if (self->base.scope.start_at.time != EZ_SCOPE_NO_START &&
        ez_trigger_next(&self->base, INT64_MIN) == EXECZ_TIME_NEVER) {
        return ez_build_fail(
            build, call->column,
            "this never fires: none of its times lies between start_at and end_at");
    }
    return EXECZ_OK;
}

static execz_status
calendar_build(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out)
{
    execz_status status = ez_arguments_check(build, call, &signature);
    g_autoptr(ez_trigger) trigger = NULL;
    int64_t values[N_AMOUNTS];
    ez_policy policy;
    calendar *self;
    ez_scope scope;

    if (status == EXECZ_OK) {
        status = read_amounts(build, call, values);
    }
    if (status == EXECZ_OK) {
        status = ez_policy_read(&policy, EZ_POLICY_FIXED, build, call, &signature);
    }
    if (status == EXECZ_OK) {
        status = ez_scope_read(&scope, build, call, &signature);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    trigger = ez_trigger_new(&ez_calendar_kind, sizeof *self, &scope);
    self = (calendar *)trigger;
    self->policy = policy;
    self->dates.months = values[YEARS] * 12 + values[MONTHS];
    self->dates.days = values[WEEKS] * 7 + values[DAYS];
    self->clock = values[HOUR] * 3600 + values[MINUTE] * 60 + values[SECOND];
    status = complete(self, build, call);
    if (status == EXECZ_OK) {
        *trigger_out = g_steal_pointer(&trigger);
    }
    return status;
}

static void
append_amount(GString *text, const char *key, int64_t value)
{
    g_autofree char *digits = g_strdup_printf("%" PRId64, value);

    if (value != 0) {
        ez_syntax_append(text, key, digits);
    }
}

static void
calendar_format(const ez_trigger *base, GString *text)
{
    const calendar *self = (const calendar *)base;

    append_amount(text, "years", self->dates.months / 12);
    append_amount(text, "months", self->dates.months % 12);
    append_amount(text, "weeks", self->dates.days / 7);
    append_amount(text, "days", self->dates.days % 7);
    append_amount(text, "hour", self->clock / 3600);
    append_amount(text, "minute", self->clock / 60 % 60);
    append_amount(text, "second", self->clock % 60);
    ez_policy_append(&self->policy, EZ_POLICY_FIXED, text);
    if (base->scope.start_at.time == EZ_SCOPE_NO_START) {
        ez_scope_append_moment(&base->scope, text, "anchor", &self->anchor);
    }
}

static void
calendar_deinit(ez_trigger *self)
{
    ez_recurrence_clear(&((calendar *)self)->dates);
}

const ez_trigger_kind ez_calendar_kind = {
    .name = "calendar",
    .build = calendar_build,
    .next = calendar_next,
    .last = calendar_last,
    .count = calendar_count,
    .format = calendar_format,
    .deinit = calendar_deinit,
    .policy = calendar_policy,
    .next_under = calendar_next_under,
    .next_wall = calendar_next_wall,
    .grain = EXECZ_SECOND,
};
