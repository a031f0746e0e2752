/* SPDX-License-Identifier: MIT */
/* Fire times are first + k * length for k >= 0, by elapsed time: an interval of 24 hours keeps its
 * distance when clocks are set, and moves on the wall.  Wall-clock steps were rejected: they repeat
 * or lose an hour of every sub-hourly interval each autumn.  All answers are one division, whatever
 * has passed; sums are made in 128 bits, and nothing fires from EZ_CIVIL_END on.
 *
 * An interval without start_at counts from its anchor, usually the time it was made.  Its text form
 * tells the anchor, because an interval read back later must keep its phase.  Writing anchor +
 * length as start_at was rejected: an interval whose end_at has passed already would then read as a
 * mistake.
 *
 * One with from=end fires once: what comes next counts from the end of that run, which no trigger
 * knows.  Whoever schedules has it made then, as the next trigger. */
#include "trigger/interval.h"

#include "base/error.h"
#include "base/parse.h"

#include <string.h>

typedef struct interval {
    ez_trigger base;
    execz_duration length;
    execz_time anchor;   /* only if the scope has no start_at */
    bool anchor_is_wall; /* as in ez_moment */
    bool from_end;       /* of a run, to the next */
} interval;

typedef struct unit {
    const char *key;
    const char *suffix; /* as ez_parse_duration() knows it */
    execz_duration length;
} unit;

static const unit units[] = {
    {"weeks", "w", 7 * EXECZ_DAY},  {"days", "d", EXECZ_DAY},       {"hours", "h", EXECZ_HOUR},
    {"minutes", "m", EXECZ_MINUTE}, {"seconds", "s", EXECZ_SECOND},
};

static const char *const keys[] = {"weeks",    "days",   "hours",  "minutes",  "seconds", "from",
                                   "start_at", "end_at", "jitter", "timezone", "anchor"};
static const ez_signature signature = {keys, G_N_ELEMENTS(keys), NULL, false};

/* Made for each question: there may be a million intervals, and each is smaller without.  The first
 * fire time is EXECZ_TIME_NEVER if it is too far away. */
static ez_series
series_of(const ez_trigger *base)
{
    const interval *self = (const interval *)base;
    ez_series series = {base->scope.start_at.time, self->from_end ? 0 : self->length,
                        EZ_CIVIL_END - 1};

    if (series.first == EZ_SCOPE_NO_START &&
        __builtin_add_overflow(self->anchor, self->length, &series.first)) {
        series.first = EXECZ_TIME_NEVER;
    }
    return series;
}

static ez_trigger *
new_interval(ez_scope *scope, execz_duration length, ez_moment anchor, bool from_end)
{
    interval *self = (interval *)ez_trigger_new(&ez_interval_kind, sizeof *self, scope);

    self->anchor = anchor.time;
    self->anchor_is_wall = anchor.wall;
    self->length = length;
    self->from_end = from_end;
    return &self->base;
}

ez_trigger *
ez_interval_new(ez_scope *scope, execz_duration length, ez_moment anchor)
{
    return new_interval(scope, length, anchor, false);
}

execz_status
ez_interval_check_length(execz_duration length, execz_error *err)
{
    g_autofree char *text = ez_format_duration(length);

    if (length < EZ_INTERVAL_MIN) {
        return ez_fail(err, EXECZ_E_PARSE, "an interval of %s is too short, the limit is 1ms",
                       text);
    }
    if (length > EZ_INTERVAL_MAX) {
        return ez_fail(err, EXECZ_E_PARSE,
                       "an interval of %s is too long, the limit is 36525 days (100 years)", text);
    }
    return EXECZ_OK;
}

execz_status
ez_interval_check_anchor(execz_time anchor, execz_error *err)
{
    if (anchor < EZ_CIVIL_BEGIN || anchor >= EZ_CIVIL_END) {
        return ez_fail(err, EXECZ_E_INVAL,
                       "an interval cannot count from %" G_GINT64_FORMAT
                       " ns; times from 1970-01-01T00:00:00Z to 2261-12-31T23:59:59Z can be told",
                       anchor);
    }
    return EXECZ_OK;
}

/* DIGITS[.DIGITS], with at most as many decimals as ez_parse_duration() keeps. */
static bool
is_amount(const char *text)
{
    const char *digits = "0123456789";
    size_t whole = strspn(text, digits);
    size_t decimals = text[whole] == '.' ? strspn(text + whole + 1, digits) : 0;

    if (whole == 0 || decimals > 9) {
        return false;
    }
    return text[whole] == '\0' || (decimals > 0 && text[whole + 1 + decimals] == '\0');
}

/* Adds the value of argument, counted in units of in, to *sum. */
static execz_status
add_amount(ez_build *build, const ez_syntax_argument *argument, const unit *in, execz_duration *sum)
{
    g_autofree char *word = g_strstrip(g_strdup(argument->value));
    g_autofree char *text = g_strconcat(word, in->suffix, NULL);
    execz_duration amount;

    if (!is_amount(word)) {
        return ez_build_fail(
            build, argument->value_column,
            "%s: '%s' is not a number >= 0 with at most 9 decimals; write one like 6 or 1.5",
            in->key, word);
    }
    if (ez_parse_duration(text, &amount, NULL) != EXECZ_OK || amount > EZ_INTERVAL_MAX - *sum) {
        return ez_build_fail(
            build, argument->value_column,
            "%s: with %s the interval is too long, the limit is 36525 days (100 years)", in->key,
            word);
    }
    *sum += amount;
    return EXECZ_OK;
}

static execz_status
read_length(ez_build *build, const ez_syntax_call *call, execz_duration *length_out)
{
    execz_duration length = 0;
    execz_status status;
    unsigned n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        const ez_syntax_argument *argument = ez_arguments_find(call, &signature, units[i].key);

        if (argument == NULL) {
            continue;
        }
        n++;
        status = add_amount(build, argument, &units[i], &length);
        if (status != EXECZ_OK) {
            return status;
        }
    }
    if (n == 0) {
        return ez_build_fail(build, call->column,
                             "the interval has no length; it needs weeks, days, hours, minutes or "
                             "seconds, e.g. interval(hours=6)");
    }
    build->column = call->column;
    status = ez_interval_check_length(length, build->err);
    if (status == EXECZ_OK) {
        *length_out = length;
    }
    return status;
}

/* From where an interval without start_at counts: told by the text, or the surroundings' anchor. */
static execz_status
read_anchor(const ez_scope *scope, ez_build *build, const ez_syntax_call *call,
            ez_moment *anchor_out)
{
    const ez_syntax_argument *argument = ez_arguments_find(call, &signature, "anchor");

    *anchor_out = (ez_moment){0};
    if (argument != NULL && scope->start_at.time != EZ_SCOPE_NO_START) {
        return ez_build_fail(
            build, argument->column,
            "'anchor' and 'start_at' exclude each other; with start_at the interval "
            "first fires then, with anchor one interval later");
    }
    if (argument != NULL) {
        return ez_scope_read_moment(scope, build, argument, anchor_out);
    }
    if (scope->start_at.time == EZ_SCOPE_NO_START) {
        *anchor_out = ez_build_take_anchor(build);
        build->column = call->column;
        return ez_interval_check_anchor(anchor_out->time, build->err);
    }
    return EXECZ_OK;
}

static execz_status
read_from(ez_build *build, const ez_syntax_call *call, bool *from_end_out)
{
    const ez_syntax_argument *argument = ez_arguments_find(call, &signature, "from");

    *from_end_out = argument != NULL;
    if (argument == NULL || strcmp(argument->value, "end") == 0) {
        return EXECZ_OK;
    }
    return ez_build_fail(
        build, argument->value_column,
        "from: '%s' is not understood; write from=end to count from the end of each "
        "run, or nothing to count by the clock",
        argument->value);
}

static execz_status
interval_build(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out)
{
    execz_status status = ez_arguments_check(build, call, &signature);
    execz_duration length = 0;
    bool from_end = false;
    ez_moment anchor;
    ez_scope scope;

    if (status == EXECZ_OK) {
        status = read_length(build, call, &length);
    }
    if (status == EXECZ_OK) {
        status = read_from(build, call, &from_end);
    }
    if (status == EXECZ_OK) {
        status = ez_scope_read(&scope, build, call, &signature);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    status = read_anchor(&scope, build, call, &anchor);
    if (status == EXECZ_OK) {
        *trigger_out = new_interval(&scope, length, anchor, from_end);
    }
    ez_scope_clear(&scope);
    return status;
}

static ez_trigger *
interval_count_from(const ez_trigger *base, execz_time anchor)
{
    const interval *self = (const interval *)base;
    ez_scope scope = base->scope;

    if (ez_interval_check_anchor(anchor, NULL) != EXECZ_OK) {
        return NULL;
    }
    if (scope.start_at.time != EZ_SCOPE_NO_START && anchor > scope.end_at.time) {
        return NULL; /* its text says why */
    }
    ez_zone_ref(scope.zone);
    if (scope.start_at.time != EZ_SCOPE_NO_START) { /* it was start_at=now */
        scope.start_at = (ez_moment){anchor, false};
    }
    return new_interval(&scope, self->length, (ez_moment){anchor, false}, self->from_end);
}

static ez_trigger *
interval_after_end(const ez_trigger *base, execz_time end)
{
    const interval *self = (const interval *)base;
    ez_scope scope = base->scope;

    if (!self->from_end || ez_interval_check_anchor(end, NULL) != EXECZ_OK) {
        return NULL;
    }
    ez_zone_ref(scope.zone);
    scope.start_at = (ez_moment){.time = EZ_SCOPE_NO_START};
    return new_interval(&scope, self->length, (ez_moment){end, false}, true);
}

static bool
interval_counts_from_end(const ez_trigger *self)
{
    return ((const interval *)self)->from_end;
}

static execz_time
interval_next(const ez_trigger *self, execz_time after)
{
    ez_series series = series_of(self);

    return ez_series_next(&series, after);
}

static bool
interval_last(const ez_trigger *self, execz_time until, execz_time *time_out)
{
    ez_series series = series_of(self);

    return ez_series_last(&series, until, time_out);
}

static uint64_t
interval_count(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit)
{
    ez_series series = series_of(self);

    return MIN(ez_series_count(&series, after, until), limit);
}

static bool
interval_series(const ez_trigger *self, ez_series *series_out)
{
    *series_out = series_of(self);
    return true;
}

/* Seconds with as many decimals as needed. */
static void
append_seconds(GString *text, execz_duration length)
{
    g_autoptr(GString) value = g_string_new(NULL);

    g_string_printf(value, "%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT, length / EXECZ_SECOND,
                    length % EXECZ_SECOND);
    while (value->str[value->len - 1] == '0') {
        g_string_truncate(value, value->len - 1);
    }
    if (value->str[value->len - 1] == '.') {
        g_string_truncate(value, value->len - 1);
    }
    ez_syntax_append(text, "seconds", value->str);
}

static void
interval_format(const ez_trigger *base, GString *text)
{
    const interval *self = (const interval *)base;
    execz_duration rest = self->length;

    for (size_t i = 0; units[i].length > EXECZ_SECOND; i++) {
        if (rest >= units[i].length) {
            g_autofree char *value = g_strdup_printf("%" G_GINT64_FORMAT, rest / units[i].length);

            ez_syntax_append(text, units[i].key, value);
            rest %= units[i].length;
        }
    }
    if (rest > 0) {
        append_seconds(text, rest);
    }
    if (self->from_end) {
        ez_syntax_append(text, "from", "end");
    }
    if (base->scope.start_at.time == EZ_SCOPE_NO_START) {
        ez_moment anchor = {self->anchor, self->anchor_is_wall};

        ez_scope_append_moment(&base->scope, text, "anchor", &anchor);
    }
}

const ez_trigger_kind ez_interval_kind = {
    .name = "interval",
    .build = interval_build,
    .next = interval_next,
    .last = interval_last,
    .count = interval_count,
    .series = interval_series,
    .format = interval_format,
    .count_from = interval_count_from,
    .counts_from_end = interval_counts_from_end,
    .after_end = interval_after_end,
};
