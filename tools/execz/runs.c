/* SPDX-License-Identifier: MIT */
#include "runs.h"

#include <inttypes.h>
#include <string.h>

/* One run time at or after from; false if it was given up. */
static bool
find_one(const execz_trigger *trigger, execz_time from, unsigned *searches, execz_time *time_out)
{
    *time_out = from - 1;
    while (execz_trigger_next(trigger, *time_out, time_out) != EXECZ_OK) {
        if (++*searches >= EZ_RUNS_SEARCHES_MAX) {
            return false;
        }
    }
    return true;
}

ez_runs_found
ez_runs_find(const execz_trigger *trigger, execz_time from, unsigned count)
{
    ez_runs_found self = {.times = g_array_new(FALSE, FALSE, sizeof(execz_time))};
    unsigned searches = 0;

    /* One more than asked for tells whether anything comes behind. */
    for (unsigned i = 0; i <= count; i++) {
        execz_time time;

        if (!find_one(trigger, from, &searches, &time)) {
            self.gave_up = i < count;
            self.searched_to = time;
            return self;
        }
        if (time == EXECZ_TIME_NEVER) {
            self.exhausted = true;
            return self;
        }
        if (i < count) {
            g_array_append_val(self.times, time);
        }
        from = time + 1;
    }
    return self;
}

void
ez_runs_found_clear(ez_runs_found *self)
{
    g_clear_pointer(&self->times, g_array_unref);
}

/* DIGITS[.DIGITS] with at most 9 decimals. */
static bool
parse_epoch(const char *text, execz_time *out)
{
    size_t whole = strspn(text, "0123456789"), decimals = 0;
    int64_t fraction = 0;

    if (whole == 0) {
        return false;
    }
    if (text[whole] == '.') {
        decimals = strspn(text + whole + 1, "0123456789");
        if (decimals == 0 || decimals > 9) {
            return false;
        }
    }
    if (text[whole + (decimals > 0 ? decimals + 1 : 0)] != '\0') {
        return false;
    }
    for (size_t i = 0; i < 9; i++) {
        fraction = fraction * 10 + (i < decimals ? text[whole + 1 + i] - '0' : 0);
    }
    *out = g_ascii_strtoll(text, NULL, 10); /* the greatest if there are more digits */
    *out = MIN(*out, EZ_RUNS_FROM_MAX + 1) * EXECZ_SECOND + fraction;
    return true;
}

/* How the library begins to tell what is wrong with a zone that it was given. */
static const char default_zone[] = "the default time zone: ";

bool
ez_runs_blame_timezone(execz_error *err)
{
    size_t length = strlen(default_zone);

    if (!g_str_has_prefix(err->message, default_zone)) {
        return false;
    }
    memmove(err->message, err->message + length, strlen(err->message + length) + 1);
    return true;
}

bool
ez_runs_parse_from(const char *text, const char *zone, execz_time *out, execz_error *err)
{
    execz_trigger_surroundings here = EXECZ_TRIGGER_SURROUNDINGS_INIT;
    execz_trigger *date;

    if (parse_epoch(text, out)) {
        if (*out / EXECZ_SECOND <= EZ_RUNS_FROM_MAX) {
            return true;
        }
        g_snprintf(err->message, sizeof err->message,
                   "%.40s seconds are too many, the last ones that can be told are %" PRId64
                   " (2261-12-31T23:59:59Z)",
                   text, EZ_RUNS_FROM_MAX);
        return false;
    }
    here.timezone = zone;
    date = execz_trigger_from_at(text, &here, NULL, err);
    if (date == NULL) {
        return false;
    }
    (void)execz_trigger_next(date, INT64_MIN, out);
    execz_trigger_free(date);
    return true;
}

char *
ez_runs_epoch_text(execz_time time)
{
    GString *text = g_string_new(NULL);

    g_string_printf(text, "%" PRId64, time / EXECZ_SECOND);
    if (time % EXECZ_SECOND != 0) {
        g_string_append_printf(text, ".%09" PRId64, time % EXECZ_SECOND);
        while (text->str[text->len - 1] == '0') {
            g_string_truncate(text, text->len - 1);
        }
    }
    return g_string_free(text, FALSE);
}
