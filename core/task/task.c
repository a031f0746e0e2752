/* SPDX-License-Identifier: MIT */
#include "task/task.h"

#include "base/error.h"
#include "trigger/text.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

static const execz_duration default_kill_grace = 5 * EXECZ_SECOND;
static const execz_duration default_misfire_grace_time = EXECZ_HOUR;
static const uint64_t default_output_limit = 64 * 1024;

bool
ez_task_check_id(const char *what, const char *id, execz_error *err)
{
    size_t length = id == NULL ? 0 : strlen(id);
    size_t legal = length == 0 ? 0
                               : strspn(id, "abcdefghijklmnopqrstuvwxyz"
                                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:");

    if (length == 0) {
        ez_fail(err, EXECZ_E_INVAL, "the %s is empty", what);
        return false;
    }
    if (length > EXECZ_TASK_ID_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "the %s '%.40s...' has %zu bytes; the limit is %d", what, id,
                length, EXECZ_TASK_ID_MAX);
        return false;
    }
    if (legal != length) {
        ez_fail(err, EXECZ_E_INVAL,
                "the %s '%s' has a character that is not allowed; use letters, digits and . _ - :",
                what, id);
        return false;
    }
    return true;
}

static bool
check_body(const execz_task_spec *spec, execz_error *err)
{
    int bodies = (spec->function != NULL) + (spec->argv != NULL) + (spec->shell != NULL);
    const char *colon = spec->function == NULL ? NULL : strchr(spec->function, ':');

    if (bodies != 1) {
        ez_fail(err, EXECZ_E_INVAL, "task '%s' needs exactly one of function, command and shell",
                spec->id);
        return false;
    }
    if (spec->argv != NULL && spec->argv[0] == NULL) {
        ez_fail(err, EXECZ_E_INVAL, "the command of task '%s' is empty", spec->id);
        return false;
    }
    if (spec->function != NULL && (colon == NULL || colon == spec->function || colon[1] == '\0')) {
        ez_fail(err, EXECZ_E_INVAL, "the function '%s' of task '%s' is not MODULE:NAME",
                spec->function, spec->id);
        return false;
    }
    return true;
}

static bool
check_environment(const execz_task_spec *spec, execz_error *err)
{
    for (size_t i = 0; spec->env != NULL && spec->env[i] != NULL; i++) {
        const char *equals = strchr(spec->env[i], '=');

        if (equals == NULL || equals == spec->env[i]) {
            ez_fail(err, EXECZ_E_INVAL, "'%s' in the environment of task '%s' is not NAME=value",
                    spec->env[i], spec->id);
            return false;
        }
    }
    return true;
}

static bool
check_arguments(const execz_task_spec *spec, execz_error *err)
{
    json_error_t where;
    json_t *args;

    if (spec->args == NULL) {
        return true;
    }
    if (strlen(spec->args) > EXECZ_ARGS_LENGTH_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "the arguments of task '%s' are longer than %" PRIu64 " bytes",
                spec->id, EXECZ_ARGS_LENGTH_MAX);
        return false;
    }
    args = json_loads(spec->args, JSON_REJECT_DUPLICATES, &where);
    if (args == NULL) {
        ez_fail(err, EXECZ_E_PARSE,
                "the arguments of task '%s' are not JSON: line %d column %d: %s", spec->id,
                where.line, where.column, where.text);
        return false;
    }
    if (!json_is_object(args)) {
        json_decref(args);
        ez_fail(err, EXECZ_E_PARSE,
                "the arguments of task '%s' are not a JSON object; write {\"name\": value}",
                spec->id);
        return false;
    }
    json_decref(args);
    return true;
}

static bool
check_numbers(const execz_task_spec *spec, execz_error *err)
{
    if (spec->max_instances > EXECZ_MAX_INSTANCES_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "max_instances of task '%s' is %u; the limit is %d", spec->id,
                spec->max_instances, EXECZ_MAX_INSTANCES_MAX);
        return false;
    }
    if (spec->output_limit > EXECZ_OUTPUT_LIMIT_MAX) {
        ez_fail(err, EXECZ_E_LIMIT,
                "output_limit of task '%s' is %" PRIu64 "; the limit is %" PRIu64, spec->id,
                spec->output_limit, EXECZ_OUTPUT_LIMIT_MAX);
        return false;
    }
    if (spec->timeout < 0) {
        ez_fail(err, EXECZ_E_INVAL, "the timeout of task '%s' is negative; 0 means none", spec->id);
        return false;
    }
    if (spec->kill_grace < 0 && spec->kill_grace != EXECZ_UNSET) {
        ez_fail(err, EXECZ_E_INVAL, "kill_grace of task '%s' is negative", spec->id);
        return false;
    }
    if (spec->coalesce > EXECZ_COALESCE_NONE) {
        ez_fail(err, EXECZ_E_INVAL,
                "coalesce of task '%s' is %u, which is none of EXECZ_COALESCE_*", spec->id,
                spec->coalesce);
        return false;
    }
    return true;
}

static bool
check_spec(const execz_task_spec *spec, execz_error *err)
{
    if (!ez_task_check_id("task id", spec->id, err)) {
        return false;
    }
    if (spec->executor != NULL && !ez_task_check_id("executor alias", spec->executor, err)) {
        ez_error_prefix(err, "task '%s': ", spec->id);
        return false;
    }
    if (spec->trigger == NULL) {
        ez_fail(err, EXECZ_E_INVAL, "task '%s' has no trigger", spec->id);
        return false;
    }
    return check_body(spec, err) && check_environment(spec, err) && check_arguments(spec, err) &&
           check_numbers(spec, err);
}

static const char *
keep(ez_task *self, const char *text)
{
    return text == NULL ? NULL : g_string_chunk_insert(self->texts, text);
}

/**
 * An array of n pointers that lives as long as self.  The chunk aligns nothing, so it is over-long.
 */
static void *
keep_array(ez_task *self, size_t n)
{
    size_t length = (n + 1) * sizeof(void *);
    g_autofree char *blank = g_malloc0(length + sizeof(void *));
    char *at = g_string_chunk_insert_len(self->texts, blank, (gssize)(length + sizeof(void *)));

    return (void *)(((uintptr_t)at + sizeof(void *) - 1) & ~(sizeof(void *) - 1));
}

static const char *const *
keep_texts(ez_task *self, const char *const *texts)
{
    const char **copy;
    size_t n = 0;

    if (texts == NULL) {
        return NULL;
    }
    while (texts[n] != NULL) {
        n++;
    }
    copy = keep_array(self, n);
    for (size_t i = 0; i < n; i++) {
        copy[i] = keep(self, texts[i]);
    }
    return copy;
}

static void
keep_options(ez_task *self, const execz_task_spec *spec)
{
    execz_pair *copy;

    if (spec->n_options == 0) {
        return;
    }
    copy = keep_array(self, spec->n_options * 2);
    for (size_t i = 0; i < spec->n_options; i++) {
        copy[i] =
            (execz_pair){keep(self, spec->options[i].key), keep(self, spec->options[i].value)};
    }
    self->abi.options = copy;
    self->abi.n_options = spec->n_options;
}

static void
keep_body(ez_task *self, const execz_task_spec *spec)
{
    const char *const shell[] = {"/bin/sh", "-c", spec->shell, NULL};

    self->abi.kind = spec->function != NULL ? EXECZ_TASK_FUNCTION : EXECZ_TASK_COMMAND;
    self->abi.function = keep(self, spec->function);
    self->abi.argv = keep_texts(self, spec->shell != NULL ? shell : spec->argv);
    self->abi.env = keep_texts(self, spec->env);
    self->abi.cwd = keep(self, spec->cwd);
    self->abi.content_type = "application/json";
    self->abi.args = keep(self, spec->args);
    self->abi.args_length = spec->args == NULL ? 0 : strlen(spec->args);
}

static void
keep_policy(ez_task *self, const execz_task_spec *spec, const ez_task_defaults *defaults)
{
    execz_duration grace = spec->misfire_grace_time;

    if (grace == EXECZ_UNSET) {
        grace = defaults->misfire_grace_time;
    }
    self->abi.misfire_grace_time = grace == EXECZ_UNSET ? default_misfire_grace_time : grace;
    self->abi.max_instances =
        spec->max_instances != 0 ? spec->max_instances : MAX(1, defaults->max_instances);
    self->coalesce = spec->coalesce != EXECZ_COALESCE_DEFAULT ? spec->coalesce : defaults->coalesce;
    if (self->coalesce == EXECZ_COALESCE_DEFAULT) {
        self->coalesce = EXECZ_COALESCE_LATEST;
    }
    self->abi.priority = spec->priority;
    self->abi.timeout = spec->timeout;
    self->abi.kill_grace = spec->kill_grace == EXECZ_UNSET ? default_kill_grace : spec->kill_grace;
    self->abi.output_limit = spec->output_limit == 0 ? default_output_limit : spec->output_limit;
}

ez_task *
ez_task_new(const execz_task_spec *spec, const ez_task_defaults *defaults, execz_error *err)
{
    execz_task_spec whole = EXECZ_TASK_SPEC_INIT;
    g_autoptr(ez_task) self = NULL;
    g_autoptr(ez_trigger) trigger = NULL;

    memcpy(&whole, spec, MIN(spec->size, sizeof whole));
    if (!check_spec(&whole, err)) {
        return NULL;
    }
    self = g_new0(ez_task, 1);
    self->references = 1;
    self->texts = g_string_chunk_new(256);
    self->abi.size = sizeof self->abi;
    self->abi.id = keep(self, whole.id);
    self->abi.name = keep(self, whole.name != NULL ? whole.name : whole.id);
    self->executor = keep(self, whole.executor != NULL ? whole.executor : "default");
    self->trigger = keep(self, whole.trigger);
    self->timezone = keep(self, whole.timezone != NULL ? whole.timezone : defaults->timezone);
    keep_body(self, &whole);
    keep_options(self, &whole);
    keep_policy(self, &whole, defaults);
    trigger = ez_task_make_trigger(self, EZ_TRIGGER_CHECK_ANCHOR, err);
    return trigger == NULL ? NULL : g_steal_pointer(&self);
}

ez_task *
ez_task_ref(ez_task *self)
{
    g_atomic_int_inc(&self->references);
    return self;
}

void
ez_task_unref(ez_task *self)
{
    if (self != NULL && g_atomic_int_dec_and_test(&self->references)) {
        g_string_chunk_free(self->texts);
        g_free(self);
    }
}

ez_trigger *
ez_task_make_trigger(const ez_task *self, execz_time anchor, execz_error *err)
{
    ez_trigger_defaults defaults = {.timezone = self->timezone, .anchor = anchor};
    ez_trigger *trigger = NULL;
    size_t column = 0;

    if (ez_trigger_parse(self->trigger, &defaults, &trigger, &column, err) != EXECZ_OK) {
        ez_error_prefix(err, "the trigger of task '%s', column %zu: ", self->abi.id, column);
        return NULL;
    }
    return trigger;
}
