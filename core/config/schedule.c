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

static char *
crontab_text(const char *cron)
{
    return g_strdup_printf("crontab(\"%s\")", cron); /* nothing in it needs an escape */
}

static char *
date_text(const char *at)
{
    return g_strdup_printf("date(%s)", at);
}

/* A key that says when a task runs. */
typedef struct schedule_key {
    const char *name;
    execz_status (*parse)(const char *text, const ez_trigger_defaults *defaults,
                          ez_trigger **trigger_out, size_t *column_out, execz_error *err);
    char *(*write)(const char *text); /* the trigger it stands for; NULL: it is one */
} schedule_key;

static const schedule_key keys[] = {
    {"trigger", ez_trigger_parse, NULL},
    {"cron", ez_trigger_parse_cron, crontab_text},
    {"every", ez_trigger_parse_every, interval_text},
    {"at", ez_trigger_parse_at, date_text},
};

static const schedule_key *
find_key(const char *name)
{
    const schedule_key *key = keys;

    while (strcmp(key->name, name) != 0) {
        key++;
    }
    return key;
}

static const char *
read_entry(const ez_reading *reading, const ez_ini_entry *entry, const char *zone)
{
    const schedule_key *key = find_key(entry->setting.key);
    const char *text = entry->setting.value;
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_trigger) trigger = NULL;
    size_t column = 1;

    if (text[0] == '\0') {
        ez_value_problem(reading, entry, 0, EZ_C_EMPTY_VALUE,
                         "the value is missing; write one, or remove the line");
        return NULL;
    }
    if (strcmp(key->name, "at") == 0 && strcmp(text, "now") == 0) {
        return "date(now)";
    }
    if (key->parse(text, &(ez_trigger_defaults){zone, EZ_TRIGGER_CHECK_ANCHOR}, &trigger, &column,
                   &err) != EXECZ_OK) {
        ez_value_problem(reading, entry, column > 0 ? column - 1 : 0, EZ_C_BAD_TRIGGER, "%s",
                         err.message);
        return NULL;
    }
    return key->write == NULL ? text : ez_reading_keep_text(reading, key->write(text));
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
                          "task '%s' has no schedule; add cron =, every =, at = or trigger =",
                          section->name);
    }
    return NULL;
}
