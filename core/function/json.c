/* SPDX-License-Identifier: MIT */
#include "function/json.h"

#include <stdbool.h>

#include <glib.h>

/* The deepest nesting of brackets outside of texts. */
static size_t
depth_of(const char *text, size_t length)
{
    size_t depth = 0, deepest = 0;
    bool quoted = false;

    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (quoted) {
            i += c == '\\'; /* what is escaped ends nothing */
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            depth++;
            deepest = MAX(deepest, depth);
        } else if (c == ']' || c == '}') {
            depth -= depth > 0;
        }
    }
    return deepest;
}

json_t *
ez_json_parse(const char *text, size_t length, size_t flags, char **error_out)
{
    json_error_t where;
    json_t *value;

    if (depth_of(text, length) > EZ_JSON_DEPTH_MAX) {
        *error_out =
            g_strdup_printf("it is nested deeper than the limit of %d levels", EZ_JSON_DEPTH_MAX);
        return NULL;
    }
    value = json_loadb(text, length, flags, &where);
    if (value == NULL) {
        *error_out =
            g_strdup_printf("line %d, column %d: %s", where.line, where.column, where.text);
    }
    return value;
}

const char *
ez_json_type(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array",
        [JSON_STRING] = "a text",    [JSON_INTEGER] = "a whole number",
        [JSON_REAL] = "a number",    [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };

    return names[json_typeof(value)];
}
