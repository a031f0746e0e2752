/* SPDX-License-Identifier: MIT */
/* One call of a function.
 *
 * The function sees `execz_call`, the first member of `call` here.  Whatever it does wrong with
 * arguments or result is noted, not answered by a crash: the first wrong argument and the last
 * result's mistake make the run an error, unless the function fails by itself and says why.
 *
 * What a return means: EXECZ_OK is OK, also for a run that was told to stop but made it.  Anything
 * else is CANCELLED or TIMEOUT if the run was told so, whichever came first, and else ERROR. */
#include "function/call.h"

#include "base/error.h"
#include "base/parse.h"
#include "function/json.h"
#include "function/waiter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define JSON_TYPE "application/json"

typedef struct call {
    execz_call face; /* first: what the function sees */
    const ez_body *body;
    ez_waiter waiter;
    json_t *args;         /* owned; NULL: none */
    char *args_text;      /* owned */
    char *run_key;        /* owned, as all below; NULL: none */
    char *argument_error; /* the first */
    char *result_error;   /* of the last result */
    char *message;
    char *value;
    size_t value_length;
} call;

static bool
is_json(const execz_task *task)
{
    return task->content_type == NULL || strcmp(task->content_type, JSON_TYPE) == 0;
}

static char *
copy_text(const void *bytes, size_t length)
{
    char *copy = g_malloc(length + 1);

    if (length > 0) {
        memcpy(copy, bytes, length); /* of any content type: it may hold NUL */
    }
    copy[length] = '\0';
    return copy;
}

/* ---- arguments ---- */

/* Parses the task's arguments; false with a message in the call if they are no JSON object. */
static bool
read_arguments(call *self)
{
    const execz_task *task = self->body->task;
    bool given = task->args != NULL && task->args_length > 0;
    g_autofree char *error = NULL;

    self->face.args_length = given ? task->args_length : 2;
    self->args_text = copy_text(given ? task->args : "{}", self->face.args_length);
    self->face.args = self->args_text;
    if (!given || !is_json(task)) {
        return true;
    }
    self->args = ez_json_parse(self->args_text, task->args_length,
                               JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (self->args == NULL) {
        self->argument_error = g_strdup_printf("the arguments are not JSON: %s", error);
    } else if (!json_is_object(self->args)) {
        self->argument_error = g_strdup_printf(
            "the arguments must be a JSON object like {\"name\": \"value\"}, not %s",
            ez_json_type(self->args));
    }
    return self->argument_error == NULL;
}

/* The argument, with EXECZ_OK; EXECZ_E_NOT_FOUND if there is none. */
static execz_status
find_argument(call *self, const char *name, json_t **value_out)
{
    json_t *value = name != NULL ? json_object_get(self->args, name) : NULL;

    if (!is_json(self->body->task) && self->argument_error == NULL) {
        self->argument_error =
            g_strdup_printf("argument '%s' was asked for, but the arguments are %s, not " JSON_TYPE,
                            name, self->body->task->content_type);
    }
    if (value == NULL) {
        return name != NULL ? EXECZ_E_NOT_FOUND : EXECZ_E_INVAL;
    }
    *value_out = value;
    return EXECZ_OK;
}

static execz_status
wrong_type(call *self, const char *name, const char *expected, const json_t *value)
{
    if (self->argument_error == NULL) {
        self->argument_error = g_strdup_printf("argument '%s' must be %s, not %s", name, expected,
                                               ez_json_type(value));
    }
    return EXECZ_E_INVAL;
}

static execz_status
arg_string(execz_call *face, const char *name, const char **value_out)
{
    json_t *value = NULL;
    execz_status status = find_argument((call *)face, name, &value);

    if (status != EXECZ_OK) {
        return status;
    }
    if (!json_is_string(value)) {
        return wrong_type((call *)face, name, "a text", value);
    }
    *value_out = json_string_value(value);
    return EXECZ_OK;
}

static execz_status
arg_int(execz_call *face, const char *name, int64_t *value_out)
{
    json_t *value = NULL;
    execz_status status = find_argument((call *)face, name, &value);

    if (status != EXECZ_OK) {
        return status;
    }
    if (!json_is_integer(value)) {
        return wrong_type((call *)face, name, "a whole number", value);
    }
    *value_out = json_integer_value(value);
    return EXECZ_OK;
}

static execz_status
arg_number(execz_call *face, const char *name, double *value_out)
{
    json_t *value = NULL;
    execz_status status = find_argument((call *)face, name, &value);

    if (status != EXECZ_OK) {
        return status;
    }
    if (!json_is_number(value)) {
        return wrong_type((call *)face, name, "a number", value);
    }
    *value_out = json_number_value(value);
    return EXECZ_OK;
}

static execz_status
arg_bool(execz_call *face, const char *name, int32_t *value_out)
{
    json_t *value = NULL;
    execz_status status = find_argument((call *)face, name, &value);

    if (status != EXECZ_OK) {
        return status;
    }
    if (!json_is_boolean(value)) {
        return wrong_type((call *)face, name, "true or false", value);
    }
    *value_out = json_is_true(value);
    return EXECZ_OK;
}

/* ---- result and message ---- */

static void
forget_result(call *self)
{
    g_clear_pointer(&self->value, g_free);
    g_clear_pointer(&self->result_error, g_free);
    self->value_length = 0;
}

static execz_status
result_too_long(call *self, size_t length)
{
    self->result_error = g_strdup_printf("the result has %zu bytes, more than the limit of %d MiB; "
                                         "write it to a file and return its name",
                                         length, (int)(EZ_RESULT_LENGTH_MAX >> 20));
    return EXECZ_E_LIMIT;
}

/* Takes text as the result if it is JSON. */
static execz_status
take_result(call *self, char *text, size_t length)
{
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
    g_autofree char *error = NULL;
    json_t *value = ez_json_parse(text, length, flags, &error);

    if (value == NULL) {
        self->result_error = g_strdup_printf("the result is not JSON: %s", error);
        g_free(text);
        return EXECZ_E_INVAL;
    }
    json_decref(value);
    self->value = text;
    self->value_length = length;
    return EXECZ_OK;
}

static execz_status
result(execz_call *face, const char *json, size_t length)
{
    call *self = (call *)face;

    forget_result(self);
    if (length > EZ_RESULT_LENGTH_MAX) {
        return result_too_long(self, length);
    }
    return take_result(self, copy_text(json, json != NULL ? length : 0), json != NULL ? length : 0);
}

EXECZ_PRINTF(2, 0)
static execz_status
result_format(execz_call *face, const char *format, va_list args)
{
    call *self = (call *)face;
    va_list again;
    int length;

    forget_result(self);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        self->result_error = g_strdup("the result's format cannot be printed");
        return EXECZ_E_INVAL;
    }
    if ((uint64_t)length > EZ_RESULT_LENGTH_MAX) {
        return result_too_long(self, (size_t)length);
    }
    return take_result(self, g_strdup_vprintf(format, args), (size_t)length);
}

EXECZ_PRINTF(3, 0)
static execz_status
fail_format(execz_call *face, execz_status status, const char *format, va_list args)
{
    call *self = (call *)face;
    char *message = g_malloc(EZ_MESSAGE_LENGTH_MAX);
    int length = vsnprintf(message, EZ_MESSAGE_LENGTH_MAX, format, args);

    if (length >= EZ_MESSAGE_LENGTH_MAX) {
        memcpy(message + EZ_MESSAGE_LENGTH_MAX - 4, "...", 4); /* shows that it was cut */
    }
    g_free(self->message);
    self->message = length < 0 ? NULL : g_strdup(message);
    g_free(message);
    return status != EXECZ_OK ? status : EXECZ_E_FAIL;
}

static void
log_line(execz_call *face, uint32_t level, const char *message)
{
    const ez_body *body = ((call *)face)->body;

    if (body->log != NULL) {
        body->log(body->log_user, level, message);
    }
}

static const execz_call_ops ops = {
    .size = sizeof ops,
    .arg_string = arg_string,
    .arg_int = arg_int,
    .arg_number = arg_number,
    .arg_bool = arg_bool,
    .result = result,
    .log = log_line,
    .result_format = result_format,
    .fail_format = fail_format,
};

/* ---- the call ---- */

static void
begin(call *self, const ez_body *body)
{
    g_autofree char *scheduled = ez_format_time(body->run_time);

    *self = (call){.body = body};
    ez_waiter_init(&self->waiter, body->waiter, body->interrupt, body->deadline_monotonic);
    self->run_key = g_strdup_printf("%s@%s", body->task->id, scheduled);
    self->face = (execz_call){
        .size = sizeof self->face,
        .attempt = body->attempt,
        .ops = &ops,
        .waiter = &self->waiter.table,
        .task = body->task->id,
        .run_key = self->run_key,
        .executor = body->executor,
        .run = body->run,
        .scheduled = body->run_time,
        .deadline = body->deadline,
    };
}

static void
end(call *self)
{
    json_decref(self->args);
    g_free(self->args_text);
    g_free(self->run_key);
    g_free(self->argument_error);
    g_free(self->result_error);
    g_free(self->message);
    g_free(self->value);
}

/* It was told to stop, and did: the first word counts. */
static void
set_stopped(const call *self, ez_outcome *outcome)
{
    bool timed_out = self->waiter.stopped == -ETIMEDOUT;
    const char *separator = self->message != NULL ? ": " : "";
    const char *message = self->message != NULL ? self->message : "";
    g_autofree char *after = ez_format_duration(self->body->task->timeout);

    if (!timed_out) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_CANCELLED, "cancelled%s%s", separator, message);
    } else if (self->body->task->timeout > 0) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_TIMEOUT, "timed out after %s%s%s", after, separator,
                       message);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_TIMEOUT, "timed out%s%s", separator, message);
    }
}

static void
set_failed(const call *self, execz_status status, ez_outcome *outcome)
{
    const char *why = self->message != NULL        ? self->message
                      : self->result_error != NULL ? self->result_error
                                                   : self->argument_error;

    if (why != NULL) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s", why);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "function '%s' returned %s (%d)",
                       self->body->task->function, ez_status_text(status), (int)status);
    }
}

static void
set_returned(call *self, execz_status status, ez_outcome *outcome)
{
    if (status != EXECZ_OK) {
        if (self->waiter.stopped != 0 || ez_interrupt_raised(self->body->interrupt)) {
            set_stopped(self, outcome);
        } else {
            set_failed(self, status, outcome);
        }
        return;
    }
    if (self->argument_error != NULL || self->result_error != NULL) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s",
                       self->argument_error != NULL ? self->argument_error : self->result_error);
        return;
    }
    ez_outcome_set(outcome, EXECZ_OUTCOME_OK, NULL);
    outcome->value = g_steal_pointer(&self->value);
    outcome->value_length = self->value_length;
}

void
ez_call_function(const execz_function *function, const ez_body *body, ez_outcome *outcome)
{
    call self;

    begin(&self, body);
    if (read_arguments(&self)) {
        set_returned(&self, function->call(&self.face), outcome);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s", self.argument_error);
    }
    end(&self);
}
