/* SPDX-License-Identifier: MIT */
#include "config/schedule.h"

#include "base/parse.h"
#include "config/body.h"
#include "trigger/syntax.h"
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

/* ---- jitter ---------------------------------------------------------------------------------- */

const ez_ini_entry *
ez_schedule_find_jitter(const ez_reading *reading, const ez_section *section)
{
    const ez_ini_entry *entry = ez_section_find(section, "jitter");
    execz_error err = EXECZ_ERROR_INIT;
    execz_duration jitter;

    if (entry == NULL || ez_parse_duration(entry->setting.value, &jitter, &err) == EXECZ_OK) {
        return entry;
    }
    ez_value_problem(reading, entry, 0, EZ_C_BAD_DURATION, "%s", err.message);
    return NULL;
}

/* The same trigger with this argument behind the others. */
static char *
with_jitter(const char *text, const char *duration)
{
    GString *longer = g_string_new(NULL);
    execz_duration jitter = 0;
    g_autofree char *shown = NULL;

    (void)ez_parse_duration(duration, &jitter, NULL);
    shown = ez_format_duration(jitter);
    g_string_append_len(longer, text, strrchr(text, ')') - text);
    g_string_truncate(longer, strlen(g_strchomp(longer->str)));
    ez_syntax_append(longer, "jitter", shown);
    g_string_append_c(longer, ')');
    return g_string_free(longer, FALSE);
}

/* Hands the key on to the trigger, which knows what to do with it; own: the task's, not that of
 * [defaults]. */
static const char *
apply_jitter(const ez_reading *reading, const char *text, const char *zone,
             const ez_ini_entry *jitter, bool own)
{
    const ez_trigger_defaults defaults = {zone, EZ_TRIGGER_CHECK_ANCHOR};
    g_autofree char *longer = with_jitter(text, jitter->setting.value);
    g_autoptr(ez_trigger) plain = NULL;
    g_autoptr(ez_trigger) moved = NULL;
    execz_error err = EXECZ_ERROR_INIT;

    if (ez_trigger_parse(text, &defaults, &plain, NULL, NULL) == EXECZ_OK &&
        ez_trigger_jitter(plain) != 0) {
        if (own) {
            ez_config_problem(reading->report, jitter->setting.key_place, EZ_C_CONFLICTING_KEYS,
                              "'jitter' excludes the jitter within the trigger: keep one");
        }
        return text;
    }
    if (ez_trigger_parse(longer, &defaults, &moved, NULL, &err) == EXECZ_OK) {
        return ez_reading_keep_text(reading, g_steal_pointer(&longer));
    }
    if (own) {
        ez_config_problem(reading->report, jitter->setting.key_place, EZ_C_CONFLICTING_KEYS,
                          "'jitter' is not for this trigger: %s", err.message);
    }
    return text;
}

const char *
ez_schedule_jittered(const ez_reading *reading, const ez_section *section, const char *text,
                     const char *zone, const ez_ini_entry *jitter)
{
    const ez_ini_entry *own = ez_schedule_find_jitter(reading, section);

    if (own != NULL) {
        return apply_jitter(reading, text, zone, own, true);
    }
    return jitter == NULL ? text : apply_jitter(reading, text, zone, jitter, false);
}

const char *
ez_schedule_read(const ez_reading *reading, const ez_section *section, const char *zone,
                 const ez_ini_entry *jitter)
{
    const ez_ini_entry *entry =
        ez_section_only(reading, section, schedules, G_N_ELEMENTS(schedules));

    if (entry != NULL) {
        const char *text = read_entry(reading, entry, zone);

        return text == NULL ? NULL : ez_schedule_jittered(reading, section, text, zone, jitter);
    }
    if (!section->damaged) {
        ez_config_problem(reading->report, section->place, EZ_C_MISSING_KEY,
                          "task '%s' has no schedule; add cron =, every =, at = or trigger =",
                          section->name);
    }
    return NULL;
}
