/* SPDX-License-Identifier: MIT */
#include "when.h"

#include "text.h"

#include <time.h>

static execz_time
read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

execz_time
ez_when_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

execz_time
ez_when_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

/* Whole seconds will do for people, once it is more than a few. */
static char *
length_text(execz_duration length)
{
    return ez_text_duration(length < 10 * EXECZ_SECOND ? length
                                                       : length / EXECZ_SECOND * EXECZ_SECOND);
}

/* localtime_r() and not GDateTime, which looks for the time zone's file for each. */
static struct tm
local_of(execz_time time)
{
    time_t seconds = time / EXECZ_SECOND;
    struct tm date = {0};

    (void)localtime_r(&seconds, &date);
    return date;
}

char *
ez_when_clock(execz_time time)
{
    struct tm date = local_of(time);

    return g_strdup_printf("%04d-%02d-%02d %02d:%02d:%02d", date.tm_year + 1900, date.tm_mon + 1,
                           date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec);
}

char *
ez_when_next(execz_time time, execz_time now)
{
    struct tm date = local_of(time), today = local_of(now);
    g_autofree char *length = length_text(time - now);

    if (time <= now) {
        return g_strdup("now");
    }
    if (date.tm_yday == today.tm_yday && date.tm_year == today.tm_year) {
        return g_strdup_printf("%02d:%02d:%02d (in %s)", date.tm_hour, date.tm_min, date.tm_sec,
                               length);
    }
    return g_strdup_printf("%04d-%02d-%02d %02d:%02d (in %s)", date.tm_year + 1900, date.tm_mon + 1,
                           date.tm_mday, date.tm_hour, date.tm_min, length);
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
