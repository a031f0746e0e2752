/* SPDX-License-Identifier: MIT */
#include "daemon/spec.h"

#include "daemon/desk.h"

#include <string.h>

static void
set_count(json_t *object, const char *key, uint64_t count)
{
    json_object_set_new(object, key, json_integer((json_int_t)count));
}

/* In seconds, as whole ones if they are; left out if there is none. */
static void
set_duration(json_t *object, const char *key, execz_duration duration)
{
    if (duration == EXECZ_UNSET) {
        return;
    }
    if (duration < 0) {
        json_object_set_new(object, key, json_string("unlimited"));
    } else if (duration % EXECZ_SECOND == 0) {
        json_object_set_new(object, key, json_integer(duration / EXECZ_SECOND));
    } else {
        json_object_set_new(object, key, json_real((double)duration / (double)EXECZ_SECOND));
    }
}

static void
set_texts(json_t *object, const char *key, const char *const *texts)
{
    json_t *list;

    if (texts == NULL || texts[0] == NULL) {
        return;
    }
    list = json_array();
    for (size_t i = 0; texts[i] != NULL; i++) {
        g_autofree char *valid = g_utf8_make_valid(texts[i], -1);

        json_array_append_new(list, json_string(valid));
    }
    json_object_set_new(object, key, list);
}

static void
set_options(json_t *object, const execz_task_spec *spec)
{
    json_t *options = json_object();

    for (uint64_t i = 0; i < spec->n_options; i++) {
        ez_desk_set_text(options, spec->options[i].key, spec->options[i].value);
    }
    if (json_object_size(options) > 0) {
        json_object_set(object, "options", options);
    }
    json_decref(options);
}

static void
set_retry(json_t *object, const execz_task_spec *spec)
{
    json_t *never;

    if (spec->max_attempts < 2) {
        return;
    }
    set_count(object, "max_attempts", spec->max_attempts);
    set_count(object, "retry_on", spec->retry_on);
    set_count(object, "retry_factor", spec->retry_factor);
    set_count(object, "retry_jitter", spec->retry_jitter);
    set_duration(object, "retry_delay", spec->retry_delay);
    set_duration(object, "retry_max_delay", spec->retry_max_delay);
    never = json_array();
    for (uint64_t i = 0; i < spec->n_retry_never; i++) {
        json_array_append_new(never, json_integer(spec->retry_never[i]));
    }
    json_object_set_new(object, "retry_never", never);
}

static const char *
overlap_name(uint32_t overlap)
{
    static const char *const names[] = {"default", "skip", "queue", "replace"};

    return overlap < G_N_ELEMENTS(names) ? names[overlap] : "unknown";
}

json_t *
ez_spec_json(const execz_task_spec *spec)
{
    json_t *object = json_object();

    ez_desk_set_text(object, "task", spec->id);
    if (spec->name != NULL && strcmp(spec->name, spec->id) != 0) {
        ez_desk_set_text(object, "name", spec->name);
    }
    ez_desk_set_text(object, "executor", spec->executor);
    ez_desk_set_text(object, "trigger", spec->trigger);
    ez_desk_set_text(object, "timezone", spec->timezone);
    ez_desk_set_text(object, "function", spec->function);
    ez_desk_set_text(object, "args", spec->args);
    set_texts(object, "command", spec->argv);
    ez_desk_set_text(object, "shell", spec->shell);
    set_texts(object, "env", spec->env);
    ez_desk_set_text(object, "cwd", spec->cwd);
    set_options(object, spec);
    set_count(object, "max_instances", spec->max_instances);
    ez_desk_set_text(object, "overlap", overlap_name(spec->overlap));
    if (spec->overlap == EXECZ_OVERLAP_QUEUE) {
        set_count(object, "overlap_limit", spec->overlap_limit);
    }
    ez_desk_set_text(object, "delivery",
                     spec->delivery == EXECZ_DELIVERY_AT_LEAST_ONCE ? "at-least-once"
                                                                    : "at-most-once");
    ez_desk_set_text(object, "coalesce", spec->coalesce == EXECZ_COALESCE_NONE ? "none" : "latest");
    set_duration(object, "misfire_grace_time", spec->misfire_grace_time);
    if (spec->timeout > 0) {
        set_duration(object, "timeout", spec->timeout);
    }
    set_duration(object, "kill_grace", spec->kill_grace);
    set_count(object, "output_limit", spec->output_limit);
    json_object_set_new(object, "priority", json_integer(spec->priority));
    set_retry(object, spec);
    return object;
}
