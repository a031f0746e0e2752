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

/* Of any content type: they may hold NUL. */
static char *
copy_bytes(const void *bytes, size_t length)
{
    char *copy = g_malloc(length + 1);

    memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
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

bool
ez_args_init(ez_args *self, const execz_task *task)
{
    bool given = task->args != NULL && task->args_length > 0;
    g_autofree char *error = NULL;

    *self = (ez_args){.task = task, .length = given ? task->args_length : 2};
    self->text = copy_bytes(given ? task->args : "{}", self->length);
    if (!given || !is_json(task)) {
        return true;
    }
    self->json =
        ez_json_parse(self->text, self->length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (self->json == NULL) {
        self->error = g_strdup_printf("the arguments are not JSON: %s", error);
    } else if (!json_is_object(self->json)) {
        self->error = g_strdup_printf("the arguments must be a JSON object like {\"name\": "
                                      "\"value\"}, not %s",
                                      ez_json_type(self->json));
    }
    return self->error == NULL;
}

void
ez_args_deinit(ez_args *self)
{
    json_decref(self->json);
    g_free(self->text);
    g_free(self->error);
}

execz_status
ez_args_find(ez_args *self, const char *name, unsigned types, const char *expected,
             const json_t **value_out)
{
    const json_t *value = name != NULL ? json_object_get(self->json, name) : NULL;

    if (!is_json(self->task)) {
        blame(self, g_strdup_printf("argument '%s' was asked for, but the arguments are %s, not %s",
                                    name, self->task->content_type, content_type_json));
    }
    if (value == NULL) {
        return name != NULL ? EXECZ_E_NOT_FOUND : EXECZ_E_INVAL;
    }
    if ((types & 1u << json_typeof(value)) == 0) {
        blame(self, g_strdup_printf("argument '%s' must be %s, not %s", name, expected,
                                    ez_json_type(value)));
        return EXECZ_E_INVAL;
    }
    *value_out = value;
    return EXECZ_OK;
}
