/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- did you mean --------------------------------------------------------------------------- */

/* Edits that turn a into b: insert, delete, replace one character. */
static size_t
distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    g_autofree size_t *row = g_new(size_t, m + 1);

    for (size_t j = 0; j <= m; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            size_t change = g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]);

            row[j] = MIN(MIN(above, row[j - 1]) + 1, diagonal + change);
            diagonal = above;
        }
    }
    return row[m];
}

char *
ez_text_did_you_mean(const char *text, const char *const *candidates, size_t n)
{
    size_t length = strlen(text);
    size_t best_distance = MAX(2, length / 3) + 1;
    const char *best = NULL;

    for (size_t i = 0; i < n && length <= 256; i++) {
        size_t now = distance(text, candidates[i]);
        bool begun = length >= 2 && g_str_has_prefix(candidates[i], text);

        if (now < best_distance || (begun && best == NULL)) {
            best_distance = MIN(now, best_distance);
            best = candidates[i];
        }
    }
    return best == NULL ? g_strdup("") : g_strdup_printf("; did you mean \"%s\"?", best);
}

/* ---- durations ------------------------------------------------------------------------------ */

typedef struct unit {
    const char *name;
    execz_duration length;
} unit;

static const unit units[] = {
    {"ns", EXECZ_NANOSECOND}, {"us", EXECZ_MICROSECOND}, {"ms", EXECZ_MILLISECOND},
    {"s", EXECZ_SECOND},      {"m", EXECZ_MINUTE},       {"min", EXECZ_MINUTE},
    {"h", EXECZ_HOUR},        {"d", EXECZ_DAY},          {"w", 7 * EXECZ_DAY},
};

static execz_duration
length_of_unit(const char *name, size_t n)
{
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (strlen(units[i].name) == n && strncmp(units[i].name, name, n) == 0) {
            return units[i].length;
        }
    }
    return n == 0 ? EXECZ_SECOND : 0;
}

bool
ez_text_parse_duration(const char *text, execz_duration *out)
{
    const char *at = text;
    double sum = 0;

    do {
        char *name = NULL;
        double number = g_ascii_isdigit(*at) ? g_ascii_strtod(at, &name) : -1;
        size_t n = name == NULL ? 0 : strspn(name, "nusmhdwi");
        execz_duration length = name == NULL ? 0 : length_of_unit(name, n);

        if (length == 0) {
            return false;
        }
        sum += number * (double)length;
        at = name + n + strspn(name + n, " ");
    } while (*at != '\0');
    if (sum > 100.0 * 365 * (double)EXECZ_DAY) {
        return false;
    }
    *out = (execz_duration)sum;
    return true;
}

static char *
two_parts(int64_t major, const char *major_unit, int64_t minor, const char *minor_unit)
{
    return g_strdup_printf("%" G_GINT64_FORMAT "%s %" G_GINT64_FORMAT "%s", major, major_unit,
                           minor, minor_unit);
}

char *
ez_text_duration(execz_duration duration)
{
    if (duration < 0) {
        duration = 0; /* the wall clock was set back meanwhile */
    }
    if (duration < EXECZ_MILLISECOND) {
        return g_strdup_printf("%d us", (int)(duration / EXECZ_MICROSECOND));
    }
    if (duration < EXECZ_SECOND) {
        return g_strdup_printf("%.*f ms", duration < 10 * EXECZ_MILLISECOND,
                               (double)duration / 1e6);
    }
    if (duration < EXECZ_MINUTE) {
        return g_strdup_printf("%.*f s", duration < 10 * EXECZ_SECOND ? 2 : 1,
                               (double)duration / 1e9);
    }
    if (duration < EXECZ_HOUR) {
        return two_parts(duration / EXECZ_MINUTE, "m", duration % EXECZ_MINUTE / EXECZ_SECOND, "s");
    }
    if (duration < EXECZ_DAY) {
        return two_parts(duration / EXECZ_HOUR, "h", duration % EXECZ_HOUR / EXECZ_MINUTE, "m");
    }
    return two_parts(duration / EXECZ_DAY, "d", duration % EXECZ_DAY / EXECZ_HOUR, "h");
}

/* ---- times ---------------------------------------------------------------------------------- */

/* Seconds since 1970, rounded down, and the nanoseconds of the second. */
static int64_t
split(execz_time time, int *fraction)
{
    int64_t seconds = time / EXECZ_SECOND;

    *fraction = (int)(time % EXECZ_SECOND);
    if (*fraction < 0) {
        *fraction += EXECZ_SECOND;
        seconds--;
    }
    return seconds;
}

char *
ez_text_local_time(execz_time time)
{
    int fraction;
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_local(split(time, &fraction));
    g_autofree char *text = g_date_time_format(date, "%Y-%m-%d %H:%M:%S");

    return g_strdup_printf("%s.%03d", text, (int)(fraction / EXECZ_MILLISECOND));
}

char *
ez_text_utc_time(execz_time time)
{
    int fraction;
    time_t seconds = split(time, &fraction);
    struct tm date;

    gmtime_r(&seconds,
             &date); /* an answer has tens of thousands: GDateTime takes ten times as long */
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.%09dZ", date.tm_year + 1900,
                           date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec,
                           fraction);
}

/* n digits; false if there are fewer, or behind them does not stand end. */
static bool
read_digits(const char **at, size_t n, const char *ends, int *out)
{
    int value = 0;

    for (size_t i = 0; i < n; i++, (*at)++) {
        if (!g_ascii_isdigit(**at)) {
            return false;
        }
        value = value * 10 + (**at - '0');
    }
    *out = value;
    return **at != '\0' && strchr(ends, *(*at)++) != NULL;
}

bool
ez_text_parse_utc_time(const char *text, execz_time *out)
{
    const char *at = text;
    struct tm date = {0};
    int64_t fraction = 0;
    int64_t seconds;

    if (!read_digits(&at, 4, "-", &date.tm_year) || !read_digits(&at, 2, "-", &date.tm_mon) ||
        !read_digits(&at, 2, "T", &date.tm_mday) || !read_digits(&at, 2, ":", &date.tm_hour) ||
        !read_digits(&at, 2, ":", &date.tm_min) || !read_digits(&at, 2, ".Z", &date.tm_sec)) {
        return false;
    }
    if (at[-1] == '.') {
        for (int64_t place = EXECZ_SECOND / 10; g_ascii_isdigit(*at); place /= 10) {
            fraction += place * (*at++ - '0');
        }
        if (*at++ != 'Z') {
            return false;
        }
    }
    if (*at != '\0' || date.tm_mon < 1 || date.tm_mon > 12 || date.tm_mday < 1 ||
        date.tm_mday > 31 || date.tm_hour > 23 || date.tm_min > 59 || date.tm_sec > 60) {
        return false;
    }
    date.tm_year -= 1900;
    date.tm_mon -= 1;
    seconds = timegm(&date);
    if (seconds > INT64_MAX / EXECZ_SECOND - 1 || seconds < INT64_MIN / EXECZ_SECOND + 1) {
        return false;
    }
    *out = seconds * EXECZ_SECOND + fraction;
    return true;
}

/* ---- other people's bytes ------------------------------------------------------------------- */

void
ez_text_append_safe(GString *line, const char *text, size_t length, const char *indent)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);

        if (c == '\n') {
            g_string_append_printf(line, "\n%s", indent);
        } else if (c == '\t' || !g_unichar_iscntrl(c)) {
            g_string_append_unichar(line, c);
        } else {
            g_string_append_printf(line, "\\x%02x", c);
        }
    }
}

char *
ez_text_wrap(const char *text, int width, int indent)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    GString *lines = g_string_new(NULL);
    glong column = 0;

    for (char **word = words; *word != NULL; word++) {
        glong length = g_utf8_strlen(*word, -1);

        if (column > indent && column + 1 + length <= width) {
            g_string_append_c(lines, ' ');
            column++;
        } else {
            g_string_append_printf(lines, "%s%*s", column == 0 ? "" : "\n", indent, "");
            column = indent;
        }
        g_string_append(lines, *word);
        column += length;
    }
    return g_string_free(lines, FALSE);
}
