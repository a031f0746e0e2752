/* SPDX-License-Identifier: MIT */
#include "function/args.h"

#include "function/json.h"

#include <string.h>

#include <glib.h>

static const char content_type_json[] = "application/json";

static bool
is_json(const execz_task *task)
{
    return task->content_type == NULL || strcmp(task->content_type, content_type_json) == 0;
}

static bool
are_given(const execz_task *task)
{
    return task->args != NULL && task->args_length > 0;
}

static void
blame(ez_args *self, char *error)
{
    if (self->error == NULL) {
        self->error = error;
    } else {
        g_free(error);
    }
}

void
ez_args_init(ez_args *self, const execz_task *task)
{
    *self = (ez_args){.task = task};
}

void
ez_args_deinit(ez_args *self)
{
    json_decref(self->json);
    g_free(self->text);
    g_free(self->error);
}

bool
ez_args_are_none(const execz_task *task)
{
    return !are_given(task) && is_json(task);
}

bool
ez_args_parse(ez_args *self)
{
    const execz_task *task = self->task;
    g_autofree char *error = NULL;

    if (self->parsed) {
        return self->json != NULL;
    }
    if (!are_given(task) || !is_json(task)) {
        return true;
    }
    self->parsed = true;
    self->json = ez_json_parse(task->args, task->args_length,
                               JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (self->json == NULL) {
        blame(self, g_strdup_printf("the arguments are not JSON: %s", error));
    } else if (!json_is_object(self->json)) {
        blame(self, g_strdup_printf("the arguments must be a JSON object like {\"name\": "
                                    "\"value\"}, not %s",
                                    ez_json_type(self->json)));
        g_clear_pointer(&self->json, json_decref);
    }
    return self->json != NULL;
}

execz_status
ez_args_find(ez_args *self, const char *name, unsigned types, const char *expected,
             const json_t **value_out)
{
    const json_t *value;

    if (name == NULL || !ez_args_parse(self)) {
        return EXECZ_E_INVAL;
    }
    if (!is_json(self->task)) {
        blame(self, g_strdup_printf("argument '%s' was asked for, but the arguments are %s, not %s",
                                    name, self->task->content_type, content_type_json));
    }
    value = json_object_get(self->json, name);
    if (value == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    if ((types & 1u << json_typeof(value)) == 0) {
        blame(self, g_strdup_printf("argument '%s' must be %s, not %s", name, expected,
                                    ez_json_type(value)));
        return EXECZ_E_INVAL;
    }
    *value_out = value;
    return EXECZ_OK;
}

const char *
ez_args_text(ez_args *self, uint64_t *length_out)
{
    bool given = are_given(self->task);

    if (length_out != NULL) {
        *length_out = given ? self->task->args_length : 2;
    }
    if (!given) {
        return "{}";
    }
    if (self->text == NULL) { /* of any content type: they may hold NUL */
        self->text = g_malloc(self->task->args_length + 1);
        memcpy(self->text, self->task->args, self->task->args_length);
        self->text[self->task->args_length] = '\0';
    }
    return self->text;
}
