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
#include "function/args.h"
#include "function/json.h"
#include "function/waiter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef struct call {
    execz_call face; /* first: what the function sees */
    const ez_body *body;
    ez_waiter waiter;
    ez_args args;
    char *run_key;      /* owned, as all below; NULL: none */
    char *result_error; /* of the last result */
    char *message;
    char *value;
    size_t value_length;
} call;

/* ---- arguments ---- */

static execz_status
arg_string(execz_call *face, const char *name, const char **value_out)
{
    const json_t *value = NULL;
    execz_status status = ez_args_find(&((call *)face)->args, name, EZ_ARG_TEXT, "a text", &value);

    if (status == EXECZ_OK) {
        *value_out = json_string_value(value);
    }
    return status;
}

static execz_status
arg_int(execz_call *face, const char *name, int64_t *value_out)
{
    const json_t *value = NULL;
    execz_status status =
        ez_args_find(&((call *)face)->args, name, EZ_ARG_WHOLE, "a whole number", &value);

    if (status == EXECZ_OK) {
        *value_out = json_integer_value(value);
    }
    return status;
}

static execz_status
arg_number(execz_call *face, const char *name, double *value_out)
{
    const json_t *value = NULL;
    execz_status status =
        ez_args_find(&((call *)face)->args, name, EZ_ARG_NUMBER, "a number", &value);

    if (status == EXECZ_OK) {
        *value_out = json_number_value(value);
    }
    return status;
}

static execz_status
arg_bool(execz_call *face, const char *name, int32_t *value_out)
{
    const json_t *value = NULL;
    execz_status status =
        ez_args_find(&((call *)face)->args, name, EZ_ARG_TRUTH, "true or false", &value);

    if (status == EXECZ_OK) {
        *value_out = json_is_true(value);
    }
    return status;
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
    return take_result(self, g_strndup(json != NULL ? json : "", length),
                       json != NULL ? length : 0);
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

static execz_status
result_text(execz_call *face, const char *text)
{
    call *self = (call *)face;
    json_t *value = json_string(text);
    g_autofree char *json = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY);

    json_decref(value);
    if (json == NULL) {
        forget_result(self);
        self->result_error = g_strdup("the result is a text that is not UTF-8");
        return EXECZ_E_INVAL;
    }
    return result(face, json, strlen(json));
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
    .result_text = result_text,
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
    ez_args_deinit(&self->args);
    g_free(self->run_key);
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
                                                   : self->args.error;

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
    if (self->args.error != NULL || self->result_error != NULL) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s",
                       self->args.error != NULL ? self->args.error : self->result_error);
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
    if (ez_args_init(&self.args, body->task)) {
        self.face.args = self.args.text;
        self.face.args_length = self.args.length;
        set_returned(&self, function->call(&self.face), outcome);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s", self.args.error);
    }
    end(&self);
}
