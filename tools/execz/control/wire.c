/* SPDX-License-Identifier: MIT */
#include "control/wire.h"

#include "control/fault.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* ---- requests ------------------------------------------------------------------------------- */

/* jansson's own limit is for stacks larger than that of a thread, so depth is looked at first. */
static bool
is_too_deep(const char *line, size_t length)
{
    unsigned depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < length; i++) {
        if (quoted) {
            i += line[i] == '\\';
            quoted = i >= length || line[i] != '"';
        } else if (line[i] == '"') {
            quoted = true;
        } else if ((line[i] == '{' || line[i] == '[') && ++depth > EZ_DEPTH_MAX) {
            return true;
        } else if (line[i] == '}' || line[i] == ']') {
            depth -= depth > 0;
        }
    }
    return false;
}

static execz_status
check_head(const json_t *request, execz_error *err)
{
    const json_t *version = json_object_get(request, "execz");
    const json_t *id = json_object_get(request, "id");

    if (!json_is_object(request)) {
        return ez_fault_set(err, EXECZ_E_INVAL,
                            "a request is an object, like {\"execz\": 1, \"do\": \"status\"}");
    }
    if (!json_is_integer(version)) {
        return ez_fault_set(err, EXECZ_E_INVAL,
                            "the request does not say its version; add \"execz\": %d",
                            EZ_PROTOCOL_VERSION);
    }
    if (json_integer_value(version) != EZ_PROTOCOL_VERSION) {
        return ez_fault_set(err, EXECZ_E_UNSUPPORTED,
                            "the request is of version %" JSON_INTEGER_FORMAT
                            " of the protocol, and this scheduler, execz %s, speaks version %d",
                            json_integer_value(version), EXECZ_VERSION, EZ_PROTOCOL_VERSION);
    }
    if (id != NULL && !json_is_integer(id) && !json_is_string(id)) {
        return ez_fault_set(err, EXECZ_E_INVAL, "an id is a whole number or a text");
    }
    if (!json_is_string(json_object_get(request, "do"))) {
        return ez_fault_set(err, EXECZ_E_INVAL,
                            "the request does not say what to do; add \"do\": \"status\"");
    }
    return EXECZ_OK;
}

json_t *
ez_wire_parse_request(const char *line, size_t length, execz_error *err)
{
    json_error_t why;
    json_t *request;

    if (is_too_deep(line, length)) {
        ez_fault_set(err, EXECZ_E_LIMIT,
                     "the request has more than %d objects and arrays within each other",
                     EZ_DEPTH_MAX);
        return NULL;
    }
    request = json_loadb(line, length, JSON_REJECT_DUPLICATES, &why);
    if (request == NULL) {
        ez_fault_set(err, EXECZ_E_INVAL, "the request is no JSON on one line: column %d: %s",
                     why.column, why.text);
        return NULL;
    }
    if (check_head(request, err) != EXECZ_OK) {
        json_decref(request);
        return NULL;
    }
    return request;
}

/* ---- replies -------------------------------------------------------------------------------- */

static json_t *
error_json(const execz_error *err)
{
    g_autofree char *message = g_utf8_make_valid(err->message, -1);
    json_t *error = json_pack("{s:s, s:s}", "code", ez_fault_word(err->status), "message", message);

    if (err->code[0] != '\0') {
        json_object_set_new(error, "cause", json_string(err->code));
    }
    return error;
}

static char *
format(const json_t *id, bool more, const char *key, json_t *value)
{
    json_t *reply =
        json_pack("{s:i, s:b}", "execz", EZ_PROTOCOL_VERSION, "ok", strcmp(key, "error") != 0);
    g_autofree char *line = NULL;
    char *text;

    if (id != NULL) {
        json_object_set(reply, "id", (json_t *)id);
    }
    if (more) {
        json_object_set_new(reply, "more", json_true());
    }
    json_object_set_new(reply, key, value);
    text = json_dumps(reply, JSON_COMPACT);
    json_decref(reply);
    line = g_strconcat(text, "\n", NULL);
    free(text);
    return g_steal_pointer(&line);
}

char *
ez_wire_format_part(const json_t *id, json_t *part)
{
    return format(id, true, "result", part);
}

char *
ez_wire_format_reply(const json_t *id, json_t *result, const execz_error *err)
{
    execz_error limit = EXECZ_ERROR_INIT;
    char *line = result != NULL ? format(id, false, "result", result)
                                : format(id, false, "error", error_json(err));

    if (strlen(line) <= EZ_REPLY_MAX) {
        return line;
    }
    g_free(line);
    ez_fault_set(&limit, EXECZ_E_LIMIT,
                 "the reply would have more than %zu bytes; ask for less at once", EZ_REPLY_MAX);
    return format(id, false, "error", error_json(&limit));
}

/* ---- parameters ----------------------------------------------------------------------------- */

static bool
is_head(const char *key)
{
    return strcmp(key, "execz") == 0 || strcmp(key, "do") == 0 || strcmp(key, "id") == 0;
}

static execz_status
report_unknown(const json_t *request, const ez_param *params, const char *key, execz_error *err)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *meant = NULL;

    for (const ez_param *param = params; param->name != NULL; param++) {
        g_ptr_array_add(names, (char *)param->name);
    }
    meant = ez_text_did_you_mean(key, (const char *const *)names->pdata, names->len);
    return ez_fault_set(err, EXECZ_E_INVAL, "'%s' has no parameter '%.64s'%s",
                        json_string_value(json_object_get(request, "do")), key, meant);
}

static bool
is_of_texts(const json_t *object)
{
    const char *key;
    const json_t *value;

    json_object_foreach((json_t *)object, key, value)
    {
        if (!json_is_string(value)) {
            return false;
        }
    }
    return json_is_object(object);
}

static execz_status
read_value(const ez_param *param, const json_t *value, execz_error *err)
{
    const char *expected = NULL;

    switch (param->type) {
    case EZ_PARAM_TEXT:
        expected = json_is_string(value) ? NULL : "a text";
        break;
    case EZ_PARAM_YES:
        expected = json_is_boolean(value) ? NULL : "true or false";
        break;
    case EZ_PARAM_COUNT:
        expected = json_is_integer(value) && json_integer_value(value) >= 0
                       ? NULL
                       : "a whole number, 0 or more";
        break;
    case EZ_PARAM_OBJECT:
        expected = is_of_texts(value) ? NULL : "an object of texts";
        break;
    }
    if (expected != NULL) {
        return ez_fault_set(err, EXECZ_E_INVAL, "'%s' is to be %s", param->name, expected);
    }
    if (param->type == EZ_PARAM_TEXT) {
        *(const char **)param->target = json_string_value(value);
    } else if (param->type == EZ_PARAM_YES) {
        *(bool *)param->target = json_is_true(value);
    } else if (param->type == EZ_PARAM_COUNT) {
        *(int64_t *)param->target = json_integer_value(value);
    } else {
        *(const json_t **)param->target = value;
    }
    return EXECZ_OK;
}

static const ez_param *
find_param(const ez_param *params, const char *key)
{
    while (params->name != NULL && strcmp(params->name, key) != 0) {
        params++;
    }
    return params->name == NULL ? NULL : params;
}

execz_status
ez_wire_read_params(const json_t *request, const ez_param *params, execz_error *err)
{
    const char *key;
    const json_t *value;

    json_object_foreach((json_t *)request, key, value)
    {
        const ez_param *param = find_param(params, key);
        execz_status status = EXECZ_OK;

        if (param != NULL) {
            status = read_value(param, value, err);
        } else if (!is_head(key)) {
            status = report_unknown(request, params, key, err);
        }
        if (status != EXECZ_OK) {
            return status;
        }
    }
    for (const ez_param *param = params; param->name != NULL; param++) {
        if (param->required && json_object_get(request, param->name) == NULL) {
            return ez_fault_set(err, EXECZ_E_INVAL, "'%s' needs the parameter '%s'",
                                json_string_value(json_object_get(request, "do")), param->name);
        }
    }
    return EXECZ_OK;
}
