/* SPDX-License-Identifier: MIT */
#include "base/parse.h"

#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A unit and how many of the smallest unit it holds; longest spelling of a prefix first. */
typedef struct unit {
    const char *name;
    int64_t factor;
} unit;

static const unit duration_units[] = {
    {"ns", 1},
    {"nanoseconds", 1},
    {"us", EXECZ_MICROSECOND},
    {"microseconds", EXECZ_MICROSECOND},
    {"ms", EXECZ_MILLISECOND},
    {"milliseconds", EXECZ_MILLISECOND},
    {"s", EXECZ_SECOND},
    {"sec", EXECZ_SECOND},
    {"second", EXECZ_SECOND},
    {"seconds", EXECZ_SECOND},
    {"m", EXECZ_MINUTE},
    {"min", EXECZ_MINUTE},
    {"minute", EXECZ_MINUTE},
    {"minutes", EXECZ_MINUTE},
    {"h", EXECZ_HOUR},
    {"hour", EXECZ_HOUR},
    {"hours", EXECZ_HOUR},
    {"d", EXECZ_DAY},
    {"day", EXECZ_DAY},
    {"days", EXECZ_DAY},
    {"w", 7 * EXECZ_DAY},
    {"week", 7 * EXECZ_DAY},
    {"weeks", 7 * EXECZ_DAY},
};

static const unit size_units[] = {
    {"", 1},
    {"b", 1},
    {"k", INT64_C(1) << 10},
    {"m", INT64_C(1) << 20},
    {"g", INT64_C(1) << 30},
    {"t", INT64_C(1) << 40},
    {"kib", INT64_C(1) << 10},
    {"mib", INT64_C(1) << 20},
    {"gib", INT64_C(1) << 30},
    {"tib", INT64_C(1) << 40},
    {"kb", 1000},
    {"mb", 1000 * 1000},
    {"gb", 1000 * 1000 * 1000},
    {"tb", INT64_C(1000) * 1000 * 1000 * 1000},
};

static const char *
skip_blanks(const char *at)
{
    while (g_ascii_isspace(*at)) {
        at++;
    }
    return at;
}

execz_status
ez_parse_i64(const char *text, int64_t *out, execz_error *err)
{
    const char *start = skip_blanks(text);
    char *end = NULL;
    int64_t value;

    errno = 0;
    value = g_ascii_strtoll(start, &end, 10);
    if (end == start || *skip_blanks(end) != '\0') {
        return ez_fail(err, EXECZ_E_PARSE, "'%s' is not a whole number", text);
    }
    if (errno == ERANGE) {
        return ez_fail(err, EXECZ_E_PARSE, "%s is out of range for a whole number (64 bits)", text);
    }
    *out = value;
    return EXECZ_OK;
}

execz_status
ez_parse_bool(const char *text, bool *out, execz_error *err)
{
    static const char *const words[][2] = {
        {"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}};
    g_autofree char *word = g_strstrip(g_strdup(text));

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        for (int value = 0; value <= 1; value++) {
            if (g_ascii_strcasecmp(word, words[i][value]) == 0) {
                *out = value == 1;
                return EXECZ_OK;
            }
        }
    }
    return ez_fail(err, EXECZ_E_PARSE, "'%s' is not yes or no", text);
}

/* Reads NUMBER of "NUMBER UNIT" exactly: whole part and up to nine decimals, no rounding. */
static const char *
read_number(const char *at, uint64_t *whole, uint64_t *billionths)
{
    uint64_t scale = 100 * 1000 * 1000;
    const char *start = at;

    *whole = 0;
    *billionths = 0;
    for (; g_ascii_isdigit(*at); at++) {
        if (*whole > (uint64_t)INT64_MAX / 10) {
            return NULL;
        }
        *whole = *whole * 10 + (uint64_t)(*at - '0');
    }
    if (at == start) {
        return NULL;
    }
    if (*at == '.') {
        for (at++; g_ascii_isdigit(*at); at++, scale /= 10) {
            *billionths += (uint64_t)(*at - '0') * scale;
        }
    }
    return at;
}

static const unit *
find_unit(const unit *units, size_t n, const char *name, size_t length)
{
    for (size_t i = 0; i < n; i++) {
        if (strlen(units[i].name) == length &&
            g_ascii_strncasecmp(units[i].name, name, length) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

/* Adds whole.billionths * factor to *sum; false if the sum leaves 63 bits. */
static bool
add_scaled(int64_t *sum, uint64_t whole, uint64_t billionths, int64_t factor)
{
    __int128 total = (__int128)whole * factor + (__int128)billionths * factor / 1000000000 + *sum;

    if (total > INT64_MAX) {
        return false;
    }
    *sum = (int64_t)total;
    return true;
}

execz_status
ez_parse_duration(const char *text, execz_duration *out, execz_error *err)
{
    const char *at = skip_blanks(text);
    execz_duration sum = 0;

    if (*at == '\0') {
        return ez_fail(err, EXECZ_E_PARSE, "a duration is missing; write one like 30s or 1h 30m");
    }
    while (*at != '\0') {
        uint64_t whole, billionths;
        const char *name = read_number(at, &whole, &billionths);
        const unit *found;
        size_t length;

        if (name == NULL) {
            return ez_fail(err, EXECZ_E_PARSE,
                           "'%s' is not a duration; write one like 30s, 1.5h or 1h 30m", text);
        }
        name = skip_blanks(name);
        for (length = 0; g_ascii_isalpha(name[length]); length++) {
        }
        found = length == 0 ? find_unit(duration_units, G_N_ELEMENTS(duration_units), "s", 1)
                            : find_unit(duration_units, G_N_ELEMENTS(duration_units), name, length);
        if (found == NULL) {
            return ez_fail(err, EXECZ_E_PARSE,
                           "'%.*s' is not a unit of time; use ns, us, ms, s, m, h, d or w",
                           (int)length, name);
        }
        if (!add_scaled(&sum, whole, billionths, found->factor)) {
            return ez_fail(err, EXECZ_E_PARSE, "'%s' is too long; the limit is 292 years", text);
        }
        at = skip_blanks(name + length);
    }
    *out = sum;
    return EXECZ_OK;
}

execz_status
ez_parse_size(const char *text, int64_t *out, execz_error *err)
{
    g_autofree char *word = g_strstrip(g_strdup(text));
    uint64_t whole, billionths;
    const char *name = read_number(word, &whole, &billionths);
    const unit *found;
    int64_t sum = 0;

    if (name == NULL) {
        return ez_fail(err, EXECZ_E_PARSE, "'%s' is not a size; write one like 64K or 1.5GiB",
                       text);
    }
    name = skip_blanks(name);
    found = find_unit(size_units, G_N_ELEMENTS(size_units), name, strlen(name));
    if (found == NULL) {
        return ez_fail(err, EXECZ_E_PARSE,
                       "'%s' is not a unit of size; use B, K, M, G, T, or KiB, kB and the like",
                       name);
    }
    if (!add_scaled(&sum, whole, billionths, found->factor)) {
        return ez_fail(err, EXECZ_E_PARSE, "'%s' is too large; the limit is 8 EiB", text);
    }
    *out = sum;
    return EXECZ_OK;
}

char *
ez_format_duration(execz_duration duration)
{
    static const unit parts[] = {
        {"w", 7 * EXECZ_DAY},      {"d", EXECZ_DAY},    {"h", EXECZ_HOUR},
        {"m", EXECZ_MINUTE},       {"s", EXECZ_SECOND}, {"ms", EXECZ_MILLISECOND},
        {"us", EXECZ_MICROSECOND}, {"ns", 1},
    };
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        int64_t count = duration / parts[i].factor;

        if (count != 0) {
            g_string_append_printf(text, "%s%" G_GINT64_FORMAT "%s", text->len == 0 ? "" : " ",
                                   count, parts[i].name);
            duration -= count * parts[i].factor;
        }
    }
    if (text->len == 0) {
        g_string_append(text, "0s");
    }
    return g_string_free(text, FALSE);
}

char *
ez_format_time(execz_time time)
{
    int64_t seconds = time / EXECZ_SECOND;
    int64_t fraction = time % EXECZ_SECOND;
    g_autoptr(GDateTime) date = NULL;
    GString *text;

    if (time == EXECZ_TIME_NEVER) {
        return g_strdup("never");
    }
    if (fraction < 0) {
        fraction += EXECZ_SECOND;
        seconds--;
    }
    date = g_date_time_new_from_unix_utc(seconds);
    text = g_string_new(NULL);
    g_string_append_printf(text, "%04d-%02d-%02dT%02d:%02d:%02d", g_date_time_get_year(date),
                           g_date_time_get_month(date), g_date_time_get_day_of_month(date),
                           g_date_time_get_hour(date), g_date_time_get_minute(date),
                           g_date_time_get_second(date));
    if (fraction != 0) {
        g_string_append_printf(text, ".%09d", (int)fraction);
        while (text->str[text->len - 1] == '0') {
            g_string_truncate(text, text->len - 1);
        }
    }
    g_string_append_c(text, 'Z');
    return g_string_free(text, FALSE);
}

/* Edits that turn a into b: insert, delete, replace, or swap of neighbours (optimal string
 * alignment, Damerau 1964). */
static size_t
edit_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b), width = m + 1;
    g_autofree size_t *d = g_new(size_t, (n + 1) * width);

    for (size_t i = 0; i <= n; i++) {
        d[i * width] = i;
    }
    for (size_t j = 0; j <= m; j++) {
        d[j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            size_t change = g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]);
            size_t best = MIN(d[(i - 1) * width + j] + 1, d[i * width + j - 1] + 1);

            best = MIN(best, d[(i - 1) * width + j - 1] + change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = MIN(best, d[(i - 2) * width + j - 2] + 1);
            }
            d[i * width + j] = best;
        }
    }
    return d[n * width + m];
}

const char *
ez_nearest(const char *text, const char *const *candidates, size_t n)
{
    size_t length = strlen(text);
    size_t best_distance = MAX(1, length / 3) + 1;
    const char *best = NULL;

    if (length > 256) {
        return NULL; /* nobody meant that; and the distance costs length squared */
    }
    for (size_t i = 0; i < n; i++) {
        size_t distance = edit_distance(text, candidates[i]);

        if (distance < best_distance) {
            best_distance = distance;
            best = candidates[i];
        }
    }
    return best;
}
