/* SPDX-License-Identifier: MIT */
#include "config/schedule.h"

#include "base/parse.h"
#include "config/body.h"
#include "trigger/text.h"

#include <string.h>

static const char *const schedules[] = {"trigger", "every", "at", "cron"};

/* The interval that "every" stands for, in seconds without loss. */
static char *
interval_text(const char *every)
{
    execz_duration length = 0;
    GString *text;

    if (ez_parse_duration(every, &length, NULL) != EXECZ_OK) {
        return NULL;
    }
    text = g_string_new(NULL);
    g_string_append_printf(text, "interval(seconds=%" G_GINT64_FORMAT, length / EXECZ_SECOND);
    if (length % EXECZ_SECOND != 0) {
        g_string_append_printf(text, ".%09d", (int)(length % EXECZ_SECOND));
        while (text->str[text->len - 1] == '0') {
            g_string_truncate(text, text->len - 1);
        }
    }
    g_string_append_c(text, ')');
    return g_string_free(text, FALSE);
}

typedef execz_status (*parse_function)(const char *text, const ez_trigger_defaults *defaults,
                                       ez_trigger **trigger_out, size_t *column_out,
                                       execz_error *err);

/* The trigger's text when parse() accepts the entry's value. */
static const char *
read_with(const ez_reading *reading, const ez_ini_entry *entry, const char *zone,
          parse_function parse)
{
    const char *text = entry->setting.value;
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_trigger) trigger = NULL;
    size_t column = 1;

    if (parse(text, &(ez_trigger_defaults){.timezone = zone}, &trigger, &column, &err) !=
        EXECZ_OK) {
        ez_value_problem(reading, entry, column > 0 ? column - 1 : 0, EZ_C_BAD_TRIGGER, "%s",
                         err.message);
        return NULL;
    }
    if (parse == ez_trigger_parse) {
        return text;
    }
    return ez_reading_keep_text(reading, parse == ez_trigger_parse_at
                                             ? g_strdup_printf("date(%s)", text)
                                             : interval_text(text));
}

static const char *
read_entry(const ez_reading *reading, const ez_ini_entry *entry, const char *zone)
{
    const char *key = entry->setting.key;

    if (entry->setting.value[0] == '\0') {
        ez_value_problem(reading, entry, 0, EZ_C_EMPTY_VALUE,
                         "the value is missing; write one, or remove the line");
        return NULL;
    }
    if (strcmp(key, "cron") == 0) {
        ez_config_problem(reading->report, entry->setting.key_place, EZ_C_NOT_IN_VERSION,
                          "cron triggers are not in this version; use every =, at = or trigger =");
        return NULL;
    }
    if (strcmp(key, "every") == 0) {
        return read_with(reading, entry, zone, ez_trigger_parse_every);
    }
    if (strcmp(key, "at") != 0) {
        return read_with(reading, entry, zone, ez_trigger_parse);
    }
    return strcmp(entry->setting.value, "now") == 0
               ? "date(now)"
               : read_with(reading, entry, zone, ez_trigger_parse_at);
}

const char *
ez_schedule_read(const ez_reading *reading, const ez_section *section, const char *zone)
{
    const ez_ini_entry *entry =
        ez_section_only(reading, section, schedules, G_N_ELEMENTS(schedules));

    if (entry != NULL) {
        return read_entry(reading, entry, zone);
    }
    if (!section->damaged) {
        ez_config_problem(reading->report, section->place, EZ_C_MISSING_KEY,
                          "task '%s' has no schedule; add every =, at = or trigger =",
                          section->name);
    }
    return NULL;
}
