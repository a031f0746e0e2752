/* SPDX-License-Identifier: MIT */
/* One call of a function.
 *
 * The function sees `execz_call`, the first member of an ez_call.  Whatever it does wrong with
 * arguments, result or children is noted, not answered by a crash: the first wrong argument and the
 * last result's mistake make the run an error, unless the function fails by itself and says why.
 *
 * What a return means: EXECZ_OK is OK, also for a run that was told to stop but made it.  Anything
 * else is CANCELLED or TIMEOUT if the run was told so, whichever came first, and else ERROR.
 *
 * Two things are kept small.  The time: a function that only returns EXECZ_OK costs no allocation,
 * no lock, no look at a clock.  The stack: a coroutine that sleeps has touched a single page of it,
 * so nothing is formatted or parsed unless the function asks, and what is rarely needed is noted on
 * the heap. */
#include "function/call.h"

#include "base/error.h"
#include "base/parse.h"
#include "function/children.h"
#include "function/forked.h"
#include "function/result.h"

#include <errno.h>

/* ---- arguments ---- */

static const json_t *
find(execz_call *face, const char *name, unsigned types, const char *expected,
     execz_status *status_out)
{
    ez_call *self = (ez_call *)face;
    const json_t *value = NULL;

    if (name != NULL && ez_args_are_none(self->body->task)) {
        *status_out = EXECZ_E_NOT_FOUND;
    } else {
        *status_out = ez_args_find(&ez_call_note(self)->args, name, types, expected, &value);
    }
    return value;
}

static execz_status
arg_string(execz_call *face, const char *name, const char **value_out)
{
    execz_status status;
    const json_t *value = find(face, name, EZ_ARG_TEXT, "a text", &status);

    if (value != NULL) {
        *value_out = json_string_value(value);
    }
    return status;
}

static execz_status
arg_int(execz_call *face, const char *name, int64_t *value_out)
{
    execz_status status;
    const json_t *value = find(face, name, EZ_ARG_WHOLE, "a whole number", &status);

    if (value != NULL) {
        *value_out = json_integer_value(value);
    }
    return status;
}

static execz_status
arg_number(execz_call *face, const char *name, double *value_out)
{
    execz_status status;
    const json_t *value = find(face, name, EZ_ARG_NUMBER, "a number", &status);

    if (value != NULL) {
        *value_out = json_number_value(value);
    }
    return status;
}

static execz_status
arg_bool(execz_call *face, const char *name, int32_t *value_out)
{
    execz_status status;
    const json_t *value = find(face, name, EZ_ARG_TRUTH, "true or false", &status);

    if (value != NULL) {
        *value_out = json_is_true(value);
    }
    return status;
}

static const char *
all_args(execz_call *face, uint64_t *length_out)
{
    return ez_args_text(&ez_call_note((ez_call *)face)->args, length_out);
}

/* ---- facts ---- */

static const char *
run_key(execz_call *face)
{
    ez_call_notes *notes = ez_call_note((ez_call *)face);
    g_autofree char *scheduled = NULL;

    if (notes->run_key == NULL) {
        scheduled = ez_format_time(face->scheduled);
        notes->run_key = g_strdup_printf("%s@%s", face->task, scheduled);
    }
    return notes->run_key;
}

static void
log_line(execz_call *face, uint32_t level, const char *message)
{
    const ez_body *body = ((ez_call *)face)->body;

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
    .result = ez_result_json,
    .log = log_line,
    .result_format = ez_result_format,
    .fail_format = ez_result_fail_format,
    .result_text = ez_result_text,
    .run_key = run_key,
    .args = all_args,
    .fail_text = ez_result_fail_text,
    .spawn = ez_children_spawn,
    .join = ez_children_join,
    .cancel = ez_children_cancel,
};

/* ---- the call ---- */

void
ez_call_init(ez_call *self, const ez_body *body, const execz_waiter *waiter)
{
    self->face = (execz_call){
        .size = sizeof self->face,
        .attempt = body->attempt,
        .ops = &ops,
        .waiter = waiter,
        .task = body->task->id,
        .executor = body->executor,
        .run = body->run,
        .scheduled = body->run_time,
        .deadline = body->deadline,
    };
    self->body = body;
    self->notes = NULL;
    self->is_child = false;
}

void
ez_call_deinit(ez_call *self)
{
    ez_call_notes *notes = self->notes;

    if (notes != NULL) {
        ez_args_deinit(&notes->args);
        g_free(notes->run_key);
        g_free(notes->message);
        g_free(notes->value);
        g_free(notes->result_error);
        g_free(notes->childs_message);
        g_free(notes->childs_error);
        g_clear_pointer(&self->notes, g_free);
    }
}

ez_call_notes *
ez_call_note(ez_call *self)
{
    if (self->notes == NULL) {
        self->notes = g_new0(ez_call_notes, 1);
        ez_args_init(&self->notes->args, self->body->task);
    }
    return self->notes;
}

const char *
ez_call_mistake(const ez_call *self)
{
    const ez_call_notes *notes = self->notes;

    return notes == NULL                 ? NULL
           : notes->args.error != NULL   ? notes->args.error
           : notes->result_error != NULL ? notes->result_error
                                         : notes->childs_error;
}

/* ---- what its return means ---- */

/* It was told to stop, and did: the first word counts. */
static void
set_stopped(const ez_body *body, int32_t stopped, const char *words, ez_outcome *outcome)
{
    const char *separator = words != NULL ? ": " : "";
    const char *message = words != NULL ? words : "";
    g_autofree char *after = ez_format_duration(body->task->timeout);

    if (stopped != -ETIMEDOUT) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_CANCELLED, "cancelled%s%s", separator, message);
    } else if (body->task->timeout > 0) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_TIMEOUT, "timed out after %s%s%s", after, separator,
                       message);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_TIMEOUT, "timed out%s%s", separator, message);
    }
}

static void
set_failed(const ez_call *self, execz_status status, ez_outcome *outcome)
{
    const ez_call_notes *notes = self->notes;
    const char *why = notes == NULL                 ? NULL
                      : notes->message != NULL      ? notes->message
                      : notes->result_error != NULL ? notes->result_error
                                                    : ez_call_mistake(self);

    if (why == NULL && notes != NULL) {
        why = notes->childs_message;
    }
    outcome->exit_status = status;
    if (why != NULL) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s", why);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "function '%s' returned %s (%d)",
                       self->body->task->function, ez_status_text(status), (int)status);
    }
}

static void
set_succeeded(ez_call *self, ez_outcome *outcome)
{
    const char *mistake = ez_call_mistake(self);

    if (mistake != NULL) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s", mistake);
        return;
    }
    outcome->outcome = EXECZ_OUTCOME_OK;
    if (self->notes != NULL) {
        outcome->value = g_steal_pointer(&self->notes->value);
        outcome->value_length = self->notes->value_length;
    }
}

__attribute__((noinline)) static void
end(ez_call *self, const ez_waiter *waiter, execz_status status, ez_outcome *outcome)
{
    const char *words = NULL;

    ez_children_end(self);
    if (self->notes != NULL) {
        words = self->notes->message != NULL ? self->notes->message : self->notes->childs_message;
    }
    if (status == EXECZ_OK) {
        set_succeeded(self, outcome);
    } else if (waiter->stopped != 0 || ez_interrupt_raised(self->body->interrupt)) {
        set_stopped(self->body, waiter->stopped, words, outcome);
    } else {
        set_failed(self, status, outcome);
    }
    ez_call_deinit(self);
}

void
ez_call_function(const execz_function *function, const ez_body *body, ez_outcome *outcome)
{
    ez_waiter waiter;
    ez_call self;
    uint32_t forks = ez_forked_count();
    execz_status status;

    ez_waiter_init(&waiter, body->waiter, body->interrupt, body->deadline_monotonic);
    ez_call_init(&self, body, &waiter.table);
    status = function->call(&self.face);
    if (__builtin_expect(ez_forked_count() != forks, 0)) {
        ez_forked_end(body->task);
    }
    if (status == EXECZ_OK && self.notes == NULL) {
        outcome->outcome = EXECZ_OUTCOME_OK;
    } else {
        end(&self, &waiter, status, outcome);
    }
}
