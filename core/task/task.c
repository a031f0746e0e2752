/* SPDX-License-Identifier: MIT */
#include "task/task.h"

#include "base/error.h"
#include "task/check.h"
#include "trigger/text.h"

#include <string.h>

static const execz_duration default_kill_grace = 5 * EXECZ_SECOND;
static const execz_duration default_misfire_grace_time = EXECZ_HOUR;
static const uint64_t default_output_limit = 64 * 1024;

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
keep_overlap(ez_task *self, const execz_task_spec *spec, const ez_task_defaults *defaults)
{
    bool own = spec->overlap != EXECZ_OVERLAP_DEFAULT;
    uint32_t overlap = own ? spec->overlap : defaults->overlap;
    uint32_t limit = own ? spec->overlap_limit : defaults->overlap_limit;

    self->overlap = overlap != EXECZ_OVERLAP_DEFAULT ? overlap : EXECZ_OVERLAP_SKIP;
    self->overlap_limit = MAX(1, limit);
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
    keep_overlap(self, spec, defaults);
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
    if (!ez_task_check_spec(&whole, err)) {
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
