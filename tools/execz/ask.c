/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include "control/client.h"

#include <stdio.h>
#include <string.h>

json_t *
ez_ask_for(const char *what)
{
    return json_pack("{s:s}", "do", what);
}

void
ez_ask_set(json_t *request, const char *key, const char *text)
{
    if (text != NULL) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);

        json_object_set_new(request, key, json_string(valid));
    }
}

const char *
ez_ask_one(const ez_command *command, const GPtrArray *arguments, const char *what, int *exit_out)
{
    if (arguments->len == 1) {
        return arguments->pdata[0];
    }
    *exit_out = arguments->len == 0 ? ez_usage_error(command, "which %s?", what)
                                    : ez_usage_error(command, "one %s at a time; what is '%s'?",
                                                     what, (const char *)arguments->pdata[1]);
    return NULL;
}

bool
ez_ask_at_most_one(const ez_command *command, const GPtrArray *arguments, const char *what,
                   const char **one_out, int *exit_out)
{
    *one_out = NULL;
    if (arguments->len > 0) {
        *one_out = ez_ask_one(command, arguments, what, exit_out);
        return *one_out != NULL;
    }
    return true;
}

bool
ez_ask_none(const ez_command *command, const GPtrArray *arguments, int *exit_out)
{
    if (arguments->len == 0) {
        return true;
    }
    *exit_out = ez_usage_error(command, "what is '%s'?", (const char *)arguments->pdata[0]);
    return false;
}

int
ez_ask_send(const ez_ask *ask, json_t *request, json_t **result_out)
{
    int status = ez_client_ask(ask->socket, request, result_out);

    if (status == EZ_EXIT_OK && ask->json) {
        json_dumpf(*result_out, stdout, JSON_INDENT(2));
        fputc('\n', stdout);
        json_decref(*result_out);
        *result_out = NULL;
    }
    return status;
}

const char *
ez_ask_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

json_int_t
ez_ask_count(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

bool
ez_ask_has(const json_t *object, const char *key, const char *text)
{
    const json_t *list = json_object_get(object, key);

    for (size_t i = 0; i < json_array_size(list); i++) {
        if (g_strcmp0(json_string_value(json_array_get(list, i)), text) == 0) {
            return true;
        }
    }
    return false;
}
