/* SPDX-License-Identifier: MIT */
#include "task/task.h"

#include "base/error.h"
#include "task/check.h"

#include <string.h>

/* Puts a text with its end at *at, and *at behind it. */
static void
keep(char **at, const char *text)
{
    *at = stpcpy(*at, text) + 1;
}

static ez_task *
task_new(const execz_task_spec *spec)
{
    size_t length = strlen(spec->id) + 1;
    ez_task *self;
    char *at;

    length += spec->name == NULL ? 0 : strlen(spec->name) + 1;
    length += spec->args == NULL ? 0 : strlen(spec->args) + 1;
    self = g_malloc(sizeof *self + length);
    *self = (ez_task){.references = 1};
    at = self->id;
    keep(&at, spec->id);
    if (spec->name != NULL) {
        self->has_name = true;
        keep(&at, spec->name);
    }
    if (spec->args != NULL) {
        self->has_args = true;
        keep(&at, spec->args);
    }
    return self;
}

static ez_schedule *
get_schedule(const execz_task_spec *spec, const ez_task_defaults *defaults, ez_intern_table *table,
             execz_error *err)
{
    const char *zone = spec->timezone != NULL ? spec->timezone : defaults->timezone;
    size_t column = 0;
    ez_schedule *schedule =
        ez_schedule_get(table, spec->trigger, zone != NULL ? zone : "UTC", &column, err);

    if (schedule == NULL) {
        ez_error_prefix(err, "the trigger of task '%s', column %zu: ", spec->id, column);
    }
    return schedule;
}

ez_task *
ez_task_new(const execz_task_spec *spec, const ez_task_defaults *defaults,
            const ez_task_tables *tables, execz_error *err)
{
    static const ez_task_tables none = {NULL, NULL};
    execz_task_spec whole = EXECZ_TASK_SPEC_INIT;
    g_autoptr(ez_task) self = NULL;

    memcpy(&whole, spec, MIN(spec->size, sizeof whole));
    whole.size = sizeof whole;
    if (!ez_task_check_own(&whole, err)) {
        return NULL;
    }
    tables = tables == NULL ? &none : tables;
    self = task_new(&whole);
    self->plan = ez_plan_get(tables->plans, &whole, defaults, err);
    if (self->plan != NULL) {
        self->schedule = get_schedule(&whole, defaults, tables->schedules, err);
    }
    return self->schedule == NULL ? NULL : g_steal_pointer(&self);
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
        ez_plan_unref(self->plan);
        ez_schedule_unref(self->schedule);
        g_free(self);
    }
}

const char *
ez_task_name(const ez_task *self)
{
    return self->has_name ? self->id + strlen(self->id) + 1 : self->id;
}

const char *
ez_task_args(const ez_task *self)
{
    const char *name = ez_task_name(self);

    return self->has_args ? name + strlen(name) + 1 : NULL;
}

enum { FREE_VIEWS_MAX = 2048 };

/* Nearly always it is of the same plan as before: then the lines that workers have in their caches stay
 * good, but for that of the id. */
static void
set_plan(ez_task_view *self, ez_plan *plan)
{
    if (self->plan != plan || self->abi.kind != plan->abi.kind) {
        ez_plan_unref(self->plan);
        self->plan = ez_plan_ref(plan);
        self->abi = plan->abi;
    }
}

static void
view_free(ez_task_view *self)
{
    ez_plan_unref(self->plan);
    g_free(self);
}

static ez_task_view *
view_new(ez_task *task, ez_task_views *views)
{
    ez_task_view *self = views->free;
    const char *args = ez_task_args(task);

    if (self != NULL) {
        views->free = self->next;
        views->n--;
    } else {
        self = g_new0(ez_task_view, 1);
    }
    set_plan(self, task->plan);
    self->abi.id = task->id;
    self->abi.name = ez_task_name(task);
    self->abi.args = args;
    self->abi.args_length = args == NULL ? 0 : strlen(args);
    self->task = task;
    self->in_flight = 0;
    return self;
}

void
ez_task_begin_run(ez_task *self, ez_task_views *views)
{
    if (self->view == NULL) {
        self->view = view_new(ez_task_ref(self), views);
    }
    self->view->in_flight++;
}

void
ez_task_end_run(ez_task *self, ez_task_views *views)
{
    ez_task_view *view = self->view;

    if (--view->in_flight > 0) {
        return;
    }
    self->view = NULL;
    if (views->n < FREE_VIEWS_MAX) {
        view->next = views->free;
        views->free = view;
        views->n++;
    } else {
        view_free(view);
    }
    ez_task_unref(self);
}

void
ez_task_views_deinit(ez_task_views *self)
{
    while (self->free != NULL) {
        ez_task_view *next = self->free->next;

        view_free(self->free);
        self->free = next;
    }
}

ez_trigger *
ez_task_make_trigger(const ez_task *self, execz_time anchor, execz_error *err)
{
    size_t column = 0;
    ez_trigger *trigger = ez_schedule_begin(self->schedule, anchor, &column, err);

    if (trigger == NULL) {
        ez_error_prefix(err, "the trigger of task '%s', column %zu: ", self->id, column);
    }
    return trigger;
}
