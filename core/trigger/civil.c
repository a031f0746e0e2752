/* SPDX-License-Identifier: MIT */
/* Between wall clocks and points in time.
 *
 * A zone divides time into segments of one offset each, in order.  A wall time W belongs to a
 * segment if W - offset lies within it.  No segment, and W was skipped; several, and it came more
 * than once.  So the segments around W are tried from the earliest on.  Asking GLib for the
 * interval of a *local* time was rejected: its answer in a gap or a fold depends on which of two
 * offsets is called daylight saving, which for Dublin is the winter. */
#include "trigger/civil.h"

#include "base/error.h"
#include "trigger/days.h"

#include <string.h>

#define EPOCH_JULIAN 719163 /* what GDate calls 1970-01-01 */

static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

/* Seconds since 1970 if the wall clock were in UTC. */
static int64_t
wall_seconds(const ez_civil *civil)
{
    GDate date;

    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)civil->day, (GDateMonth)civil->month, (GDateYear)civil->year);
    return ((int64_t)g_date_get_julian(&date) - EPOCH_JULIAN) * EZ_DAY_SECONDS +
           civil->hour * 3600 + civil->minute * 60 + civil->second;
}

/* The seconds since 1970 at which the wall clock of zone shows wall, by the rules of the header.
 * Offsets are less than a day, so that no interval further away than a day can matter. */
static int64_t
seconds_of_wall(int64_t wall, const ez_zone *zone)
{
    const ez_segment *segment = ez_zone_segment(zone, wall - EZ_DAY_SECONDS);
    int64_t seconds = wall - segment->offset;

    /* A segment that is over too early leaves the time to the next one, which may begin too late:
     * then its wall clock was set before it could show wall. */
    while (seconds >= ez_segment_end(segment)) {
        int64_t before_gap = seconds;

        segment++;
        seconds = wall - segment->offset;
        if (seconds < segment->begin) {
            return before_gap;
        }
    }
    return seconds;
}

static int64_t
seconds_of(execz_time time)
{
    return time / EXECZ_SECOND - (time % EXECZ_SECOND < 0);
}

/* What a clock shows at time that is offset seconds before UTC. */
static void
set_civil(ez_civil *civil_out, execz_time time, int32_t offset)
{
    int64_t seconds = seconds_of(time);
    int64_t wall = seconds + offset;
    int64_t days = wall / EZ_DAY_SECONDS - (wall % EZ_DAY_SECONDS < 0);
    int rest = (int)(wall - days * EZ_DAY_SECONDS);
    GDate date;

    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)(days + EPOCH_JULIAN));
    *civil_out = (ez_civil){
        .year = g_date_get_year(&date),
        .month = (int)g_date_get_month(&date),
        .day = g_date_get_day(&date),
        .hour = rest / 3600,
        .minute = rest / 60 % 60,
        .second = rest % 60,
        .nanosecond = (int)(time - seconds * EXECZ_SECOND),
    };
}

void
ez_civil_from_time(execz_time time, const ez_zone *zone, ez_civil *civil_out)
{
    set_civil(civil_out, time, ez_zone_segment(zone, seconds_of(time))->offset);
}

static execz_time
time_of_seconds(int64_t seconds, int nanosecond)
{
    if (seconds < EZ_CIVIL_BEGIN / EXECZ_SECOND || seconds >= EZ_CIVIL_END / EXECZ_SECOND) {
        return EXECZ_TIME_NEVER;
    }
    return seconds * EXECZ_SECOND + nanosecond;
}

execz_time
ez_civil_to_time(const ez_civil *civil, const ez_zone *zone)
{
    return time_of_seconds(seconds_of_wall(wall_seconds(civil), zone), civil->nanosecond);
}

/* A text taken apart, not yet checked. */
typedef struct written {
    ez_civil civil;
    bool has_offset;
    int sign, offset_hours, offset_minutes;
    bool fraction_too_long;
} written;

/* Reads min to max digits. */
static bool
read_digits(const char **at, int min, int max, int *out)
{
    int n = 0, value = 0;

    for (; n < max && g_ascii_isdigit((*at)[n]); n++) {
        value = value * 10 + ((*at)[n] - '0');
    }
    if (n < min || g_ascii_isdigit((*at)[n])) {
        return false;
    }
    *at += n;
    *out = value;
    return true;
}

static bool
read_char(const char **at, char c)
{
    if (**at != c) {
        return false;
    }
    (*at)++;
    return true;
}

static bool
read_fraction(const char **at, written *out)
{
    int scale = 100 * 1000 * 1000;

    if (!g_ascii_isdigit(**at)) {
        return false;
    }
    for (; g_ascii_isdigit(**at); (*at)++, scale /= 10) {
        out->fraction_too_long |= scale == 0;
        out->civil.nanosecond += (**at - '0') * scale;
    }
    return true;
}

static bool
read_clock(const char **at, written *out)
{
    if (!read_digits(at, 1, 2, &out->civil.hour) || !read_char(at, ':') ||
        !read_digits(at, 1, 2, &out->civil.minute)) {
        return false;
    }
    if (!read_char(at, ':')) {
        return true;
    }
    return read_digits(at, 1, 2, &out->civil.second) &&
           (!read_char(at, '.') || read_fraction(at, out));
}

static bool
read_offset(const char **at, written *out)
{
    out->has_offset = true;
    if (read_char(at, 'Z')) {
        return true;
    }
    out->sign = **at == '-' ? -1 : 1;
    (*at)++;
    return read_digits(at, 2, 2, &out->offset_hours) && read_char(at, ':') &&
           read_digits(at, 2, 2, &out->offset_minutes);
}

static bool
read_written(const char *at, written *out)
{
    if (!read_digits(&at, 4, 4, &out->civil.year) || !read_char(&at, '-') ||
        !read_digits(&at, 1, 2, &out->civil.month) || !read_char(&at, '-') ||
        !read_digits(&at, 1, 2, &out->civil.day)) {
        return false;
    }
    if ((read_char(&at, 'T') || read_char(&at, ' ')) && !read_clock(&at, out)) {
        return false;
    }
    if (*at != '\0' && strchr("Z+-", *at) != NULL && !read_offset(&at, out)) {
        return false;
    }
    return *at == '\0';
}

static execz_status
check_date(const char *text, const ez_civil *civil, execz_error *err)
{
    int days;

    if (civil->month < 1 || civil->month > 12) {
        return ez_fail(err, EXECZ_E_PARSE, "'%s': there is no month %d, a year has 1 to 12", text,
                       civil->month);
    }
    if (civil->year < 1) {
        return ez_fail(err, EXECZ_E_PARSE, "'%s': there is no year 0", text);
    }
    days = g_date_get_days_in_month((GDateMonth)civil->month, (GDateYear)civil->year);
    if (civil->day < 1 || civil->day > days) {
        return ez_fail(err, EXECZ_E_PARSE, "'%s': there is no day %d, %s %d has 1 to %d", text,
                       civil->day, month_names[civil->month - 1], civil->year, days);
    }
    return EXECZ_OK;
}

static execz_status
check_clock(const char *text, const written *in, execz_error *err)
{
    const struct {
        const char *name;
        int value, max;
    } fields[] = {
        {"hour", in->civil.hour, 23},
        {"minute", in->civil.minute, 59},
        {"second", in->civil.second, 59},
        {"hour of an offset", in->offset_hours, 23},
        {"minute of an offset", in->offset_minutes, 59},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (fields[i].value > fields[i].max) {
            return ez_fail(err, EXECZ_E_PARSE, "'%s': there is no %s %d, they are 0 to %d", text,
                           fields[i].name, fields[i].value, fields[i].max);
        }
    }
    if (in->fraction_too_long) {
        return ez_fail(err, EXECZ_E_PARSE,
                       "'%s': a fraction of a second has at most 9 digits (nanoseconds)", text);
    }
    return EXECZ_OK;
}

static execz_time
written_time(const written *in, const ez_zone *zone)
{
    int64_t offset = in->sign * (in->offset_hours * INT64_C(3600) + in->offset_minutes * 60);

    if (!in->has_offset) {
        return ez_civil_to_time(&in->civil, zone);
    }
    return time_of_seconds(wall_seconds(&in->civil) - offset, in->civil.nanosecond);
}

execz_status
ez_moment_parse(const char *text, const ez_zone *zone, ez_moment *moment_out, execz_error *err)
{
    g_autofree char *word = g_strstrip(g_strdup(text));
    written in = {0};
    execz_time time;
    execz_status status;

    if (!read_written(word, &in)) {
        return ez_fail(
            err, EXECZ_E_PARSE,
            "'%s' is not a point in time; write one like 2027-01-31, 2027-01-31T09:00:00 "
            "or 2027-01-31T09:00:00+02:00",
            word);
    }
    status = check_date(word, &in.civil, err);
    if (status == EXECZ_OK) {
        status = check_clock(word, &in, err);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    time = written_time(&in, zone);
    if (time == EXECZ_TIME_NEVER) {
        return ez_fail(
            err, EXECZ_E_PARSE,
            "'%s' is out of range; times from 1970-01-01T00:00:00Z to 2261-12-31T23:59:59Z "
            "can be told",
            word);
    }
    *moment_out = (ez_moment){time, !in.has_offset};
    return EXECZ_OK;
}

static void
append_civil(GString *text, const ez_civil *civil)
{
    g_string_append_printf(text, "%04d-%02d-%02dT%02d:%02d:%02d", civil->year, civil->month,
                           civil->day, civil->hour, civil->minute, civil->second);
    if (civil->nanosecond != 0) {
        g_string_append_printf(text, ".%09d", civil->nanosecond);
        while (text->str[text->len - 1] == '0') {
            g_string_truncate(text, text->len - 1);
        }
    }
}

char *
ez_moment_format(const ez_moment *moment, const ez_zone *zone)
{
    int32_t offset = ez_zone_segment(zone, moment->time / EXECZ_SECOND)->offset;
    GString *text = g_string_new(NULL);
    ez_civil civil;
    bool in_utc, wall;

    ez_civil_from_time(moment->time, zone, &civil);
    wall = moment->wall && ez_civil_to_time(&civil, zone) == moment->time;
    /* An offset like Monrovia's -00:44:30, until 1972, cannot be written. */
    in_utc = strcmp(ez_zone_name(zone), "UTC") == 0 || (!wall && offset % 60 != 0);
    if (in_utc) {
        set_civil(&civil, moment->time, 0);
    }
    append_civil(text, &civil);
    if (in_utc) {
        g_string_append_c(text, 'Z');
    } else if (!wall) {
        int minutes = ABS(offset) / 60;

        g_string_append_printf(text, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60,
                               minutes % 60);
    }
    return g_string_free(text, FALSE);
}
