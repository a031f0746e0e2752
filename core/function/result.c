/* SPDX-License-Identifier: MIT */
#include "function/result.h"

#include "function/call.h"
#include "function/json.h"

#include <stdio.h>
#include <string.h>

/* ---- result ---- */

/* The notes, without the result so far; NULL for a child, which has none. */
static ez_call_notes *
begin_result(execz_call *call)
{
    ez_call *self = (ez_call *)call;
    ez_call_notes *notes = ez_call_note(self);

    g_clear_pointer(&notes->value, g_free);
    g_clear_pointer(&notes->result_error, g_free);
    notes->value_length = 0;
    if (self->is_child) {
        notes->result_error = g_strdup("a child called execz_return(): its result is the number "
                                       "that its function returns; the run's result is for the "
                                       "function that started it");
        return NULL;
    }
    return notes;
}

static execz_status
too_long(ez_call_notes *notes, size_t length)
{
    notes->result_error = g_strdup_printf("the result has %zu bytes, more than the limit of %d "
                                          "MiB; write it to a file and return its name",
                                          length, (int)(EZ_RESULT_LENGTH_MAX >> 20));
    return EXECZ_E_LIMIT;
}

/* Takes text as the result if it is JSON. */
static execz_status
take(ez_call_notes *notes, char *text, size_t length)
{
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
    g_autofree char *error = NULL;
    json_t *value = ez_json_parse(text, length, flags, &error);

    if (value == NULL) {
        notes->result_error = g_strdup_printf("the result is not JSON: %s", error);
        g_free(text);
        return EXECZ_E_INVAL;
    }
    json_decref(value);
    notes->value = text;
    notes->value_length = length;
    return EXECZ_OK;
}

execz_status
ez_result_json(execz_call *call, const char *json, size_t length)
{
    ez_call_notes *notes = begin_result(call);

    if (notes == NULL) {
        return EXECZ_E_STATE;
    }
    if (length > EZ_RESULT_LENGTH_MAX) {
        return too_long(notes, length);
    }
    return take(notes, g_strndup(json != NULL ? json : "", length), json != NULL ? length : 0);
}

execz_status
ez_result_format(execz_call *call, const char *format, va_list args)
{
    ez_call_notes *notes = begin_result(call);
    va_list again;
    int length;

    if (notes == NULL) {
        return EXECZ_E_STATE;
    }
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        notes->result_error = g_strdup("the result's format cannot be printed");
        return EXECZ_E_INVAL;
    }
    if ((uint64_t)length > EZ_RESULT_LENGTH_MAX) {
        return too_long(notes, (size_t)length);
    }
    return take(notes, g_strdup_vprintf(format, args), (size_t)length);
}

execz_status
ez_result_text(execz_call *call, const char *text)
{
    json_t *value = json_string(text);
    g_autofree char *json = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    ez_call_notes *notes;

    json_decref(value);
    if (json != NULL) {
        return ez_result_json(call, json, strlen(json));
    }
    notes = begin_result(call);
    if (notes != NULL) {
        notes->result_error = g_strdup("the result is a text that is not UTF-8");
    }
    return EXECZ_E_INVAL;
}

/* ---- message ---- */

static execz_status
failed(execz_call *call, execz_status status, char *message)
{
    ez_call_notes *notes = ez_call_note((ez_call *)call);

    g_free(notes->message);
    notes->message = message;
    return status != EXECZ_OK ? status : EXECZ_E_FAIL;
}

/* A message that fills all of its room was cut, and shows it. */
static char *
cut(const char *text)
{
    char *message = g_strndup(text, EZ_MESSAGE_LENGTH_MAX - 1);

    memcpy(message + EZ_MESSAGE_LENGTH_MAX - 4, "...", 4);
    return message;
}

execz_status
ez_result_fail_text(execz_call *call, execz_status status, const char *text)
{
    if (text == NULL) {
        return failed(call, status, NULL);
    }
    return failed(call, status,
                  strnlen(text, EZ_MESSAGE_LENGTH_MAX) < EZ_MESSAGE_LENGTH_MAX ? g_strdup(text)
                                                                               : cut(text));
}

execz_status
ez_result_fail_format(execz_call *call, execz_status status, const char *format, va_list args)
{
    g_autofree char *message = g_malloc(EZ_MESSAGE_LENGTH_MAX + 1);
    int length = vsnprintf(message, EZ_MESSAGE_LENGTH_MAX + 1, format, args);

    return ez_result_fail_text(call, status, length < 0 ? NULL : message);
}
