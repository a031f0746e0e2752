/* SPDX-License-Identifier: MIT */
#include "task/schedule.h"

#include <string.h>

#include <glib.h>

#include "trigger/text.h"

static void
schedule_free(void *data)
{
    ez_schedule *self = data;

    ez_trigger_unref(self->trigger);
    g_free(self);
}

/* The key is the time zone and the text, each with its end. */
static ez_schedule *
schedule_new(const char *key, size_t length, ez_trigger *trigger)
{
    ez_schedule *self = g_malloc0(sizeof *self + length);
    char *texts = (char *)(self + 1);

    memcpy(texts, key, length);
    self->timezone = texts;
    self->text = texts + strlen(texts) + 1;
    self->trigger = trigger;
    return self;
}

static ez_schedule *
make(ez_intern_table *table, const char *key, size_t length, size_t *column_out, execz_error *err)
{
    ez_trigger_defaults defaults = {key, EZ_TRIGGER_CHECK_ANCHOR};
    ez_trigger *trigger = NULL;
    ez_schedule *self;

    if (ez_trigger_parse(key + strlen(key) + 1, &defaults, &trigger, column_out, err) != EXECZ_OK) {
        return NULL;
    }
    self = schedule_new(key, length, trigger);
    return (ez_schedule *)ez_intern_add(table, &self->interned, self->timezone, length,
                                        schedule_free);
}

ez_schedule *
ez_schedule_get(ez_intern_table *table, const char *text, const char *zone, size_t *column_out,
                execz_error *err)
{
    size_t zone_length = strlen(zone) + 1, text_length = strlen(text) + 1;
    size_t length = zone_length + text_length;
    char fixed[256];
    char *key = length <= sizeof fixed ? fixed : g_malloc(length);
    ez_schedule *self;

    memcpy(key, zone, zone_length);
    memcpy(key + zone_length, text, text_length);
    self = (ez_schedule *)ez_intern_find(table, key, length);
    if (self == NULL) {
        self = make(table, key, length, column_out, err);
    }
    if (key != fixed) {
        g_free(key);
    }
    return self;
}

void
ez_schedule_unref(ez_schedule *self)
{
    ez_interned_unref((ez_interned *)self, schedule_free);
}

ez_trigger *
ez_schedule_begin(const ez_schedule *self, execz_time anchor, size_t *column_out, execz_error *err)
{
    ez_trigger_defaults defaults = {self->timezone, anchor};
    ez_trigger *trigger = NULL;

    if (!ez_trigger_is_anchored(self->trigger)) {
        return ez_trigger_ref(self->trigger);
    }
    trigger = ez_trigger_count_from(self->trigger, anchor);
    if (trigger == NULL) {
        (void)ez_trigger_parse(self->text, &defaults, &trigger, column_out, err);
    }
    return trigger;
}
