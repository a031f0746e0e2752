/* SPDX-License-Identifier: MIT */
#include "when.h"

#include "text.h"

#include <string.h>
#include <time.h>

execz_time
ez_when_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

/* Whole seconds will do for people, once it is more than a few. */
static char *
length_text(execz_duration length)
{
    return ez_text_duration(length < 10 * EXECZ_SECOND ? length
                                                       : length / EXECZ_SECOND * EXECZ_SECOND);
}

static char *
format_local(execz_time time, const char *format)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_local(time / EXECZ_SECOND);

    return date == NULL ? g_strdup("?") : g_date_time_format(date, format);
}

char *
ez_when_clock(execz_time time)
{
    return format_local(time, "%Y-%m-%d %H:%M:%S");
}

char *
ez_when_next(execz_time time, execz_time now)
{
    g_autofree char *day = format_local(time, "%Y-%m-%d");
    g_autofree char *today = format_local(now, "%Y-%m-%d");
    g_autofree char *clock =
        format_local(time, strcmp(day, today) == 0 ? "%H:%M:%S" : "%Y-%m-%d %H:%M");
    g_autofree char *length = length_text(time - now);

    return time <= now ? g_strdup("now") : g_strdup_printf("%s (in %s)", clock, length);
}

char *
ez_when_ago(execz_time time, execz_time now)
{
    g_autofree char *length = length_text(now - time);

    return g_strdup_printf("%s ago", length);
}

execz_time
ez_when_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    execz_time time;

    return text != NULL && ez_text_parse_utc_time(text, &time) ? time : EXECZ_TIME_NEVER;
}
