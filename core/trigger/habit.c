/* SPDX-License-Identifier: MIT */
#include "trigger/habit.h"

#include <glib.h>

#include <stdio.h>
#include <string.h>

/* "fri#2" in a crontab is the second Friday. */
static char *
weekday_of_month(const char *item)
{
    static const char *const ordinals[] = {"1st", "2nd", "3rd", "4th", "5th"};
    char name[4] = "";
    unsigned n = 0;
    int length = 0;

    if (sscanf(item, "%3[a-z]#%1u%n", name, &n, &length) == 2 && item[length] == '\0' && n >= 1 &&
        n <= G_N_ELEMENTS(ordinals)) {
        return g_strdup_printf("day=\"%s %s\"", ordinals[n - 1], name);
    }
    return NULL;
}

static bool
is_half_of_day(const char *text)
{
    return strcmp(text, "am") == 0 || strcmp(text, "pm") == 0 || strcmp(text, "a.m.") == 0 ||
           strcmp(text, "p.m.") == 0;
}

/* "9pm", "9 p.m." and "2:30" are times of a clock. */
static char *
time_of_day(const char *item)
{
    unsigned hour = 0, minute = 0;
    char half[5] = "";
    int length = 0;

    if (sscanf(item, "%2u %4[apm.]%n", &hour, half, &length) == 2 && item[length] == '\0' &&
        hour >= 1 && hour <= 12 && is_half_of_day(half)) {
        return g_strdup_printf("hour=%u", hour % 12 + (*half == 'p' ? 12 : 0));
    }
    length = 0;
    if (sscanf(item, "%2u:%2u%n", &hour, &minute, &length) == 2 && item[length] == '\0' &&
        hour <= 23 && minute <= 59) {
        return g_strdup_printf("hour=%u, minute=%u", hour, minute);
    }
    return NULL;
}

char *
ez_habit_meaning(ez_field field, const char *item)
{
    switch (field) {
    case EZ_FIELD_DAY_OF_WEEK:
        return weekday_of_month(item);
    case EZ_FIELD_HOUR:
        return time_of_day(item);
    default:
        return NULL;
    }
}
