/* SPDX-License-Identifier: MIT */
#include "daemon/desk.h"

#include "control/fault.h"
#include "text.h"

#include <string.h>

typedef struct word {
    const char *name;
    ez_desk_function function;
} word;

static const word words[] = {
    {"status", ez_desk_status},         {"list", ez_desk_list},
    {"inspect", ez_desk_inspect},       {"run", ez_desk_run},
    {"pause", ez_desk_pause},           {"resume", ez_desk_resume},
    {"remove", ez_desk_remove},         {"timeline", ez_desk_timeline},
    {"history", ez_desk_history},       {"add", ez_desk_add},
    {"update", ez_desk_update},         {"reload", ez_desk_reload},
    {"metrics", ez_desk_metrics},       {"check", ez_desk_check},
    {"quarantine", ez_desk_quarantine}, {"restore", ez_desk_restore},
};

static json_t *
report_unknown(const char *name, execz_error *err)
{
    const char *names[G_N_ELEMENTS(words)];
    g_autofree char *meant = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        names[i] = words[i].name;
    }
    meant = ez_text_did_you_mean(name, names, G_N_ELEMENTS(words));
    ez_fault_set(err, EXECZ_E_INVAL, "there is nothing to do that is called '%.64s'%s", name,
                 meant);
    return NULL;
}

json_t *
ez_desk_answer(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    const char *name = json_string_value(json_object_get(request, "do"));

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(words[i].name, name) == 0) {
            return words[i].function(self, caller, request, err);
        }
    }
    return report_unknown(name, err);
}

/* ---- what answers are made of --------------------------------------------------------------- */

void
ez_desk_set_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL) {
        json_t *value = json_string(text);

        if (value == NULL) { /* not UTF-8 */
            g_autofree char *valid = g_utf8_make_valid(text, -1);

            value = json_string(valid);
        }
        json_object_set_new(object, key, value);
    }
}

void
ez_desk_set_time(json_t *object, const char *key, execz_time time)
{
    if (time != 0 && time != EXECZ_TIME_NEVER) {
        g_autofree char *text = ez_text_utc_time(time);

        json_object_set_new_nocheck(object, key, json_string_nocheck(text));
    }
}

static void
set_states(json_t *object, uint32_t states)
{
    static const char *const names[] = {"pending", "scheduled", "paused",
                                        "running", "waiting",   "blocked"};
    json_t *list = json_array();

    for (uint32_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if ((states & (1u << i)) != 0) {
            json_array_append_new(list, json_string_nocheck(names[i]));
        }
    }
    json_object_set_new_nocheck(object, "states", list);
}

json_t *
ez_desk_task(const execz_task_info *info, bool brief)
{
    json_t *task = json_object();

    ez_desk_set_text(task, "task", info->id);
    set_states(task, info->states);
    if (!brief) {
        ez_desk_set_text(task, "name", strcmp(info->name, info->id) == 0 ? NULL : info->name);
        ez_desk_set_text(task, "trigger", info->trigger);
        ez_desk_set_text(task, "timezone", info->timezone);
        ez_desk_set_text(task, "executor", info->executor);
        ez_desk_set_text(task, "function", info->function);
    }
    ez_desk_set_time(task, "next_run", info->next_run);
    ez_desk_set_time(task, "last_end", info->last_end);
    if (info->last_outcome != 0) {
        ez_desk_set_text(task, "last_outcome", execz_outcome_name(info->last_outcome));
    }
    if (!brief) {
        json_object_set_new_nocheck(task, "unfinished", json_integer(info->instances));
    }
    ez_desk_set_text(task, "paused_reason", info->paused_reason);
    ez_desk_set_time(task, "paused_until", info->paused_until);
    ez_desk_set_text(task, "blocked", info->blocked);
    return task;
}

void
ez_desk_add_past(ez_desk *self, json_t *task, bool trend)
{
    ez_trend past;

    if (!ez_trends_find(self->trends, json_string_value(json_object_get(task, "task")), &past)) {
        return;
    }
    if (trend) {
        json_object_set_new_nocheck(task, "trend", json_string_nocheck(past.marks));
    }
    if (past.outcome != 0 && json_object_get(task, "last_outcome") == NULL) {
        ez_desk_set_time(task, "last_end", past.end);
        ez_desk_set_text(task, "last_outcome", execz_outcome_name(past.outcome));
    }
}
