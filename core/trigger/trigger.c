/* SPDX-License-Identifier: MIT */
#include "trigger/trigger.h"

#include "trigger/kind.h"

/* The last point in time at which something can fire. */
#define LAST_TIME (EXECZ_TIME_NEVER - 1)

ez_trigger *
ez_trigger_new(const ez_trigger_kind *kind, size_t size, ez_scope *scope)
{
    ez_trigger *self = g_malloc0(size);

    self->kind = kind;
    self->scope = *scope;
    scope->zone = NULL;
    atomic_init(&self->references, 1);
    return self;
}

ez_trigger *
ez_trigger_ref(ez_trigger *self)
{
    atomic_fetch_add_explicit(&self->references, 1, memory_order_relaxed);
    return self;
}

void
ez_trigger_unref(ez_trigger *self)
{
    /* The last one must see what the others did with it before it is gone. */
    if (self == NULL ||
        atomic_fetch_sub_explicit(&self->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    if (self->kind->deinit != NULL) {
        self->kind->deinit(self);
    }
    ez_scope_clear(&self->scope);
    g_free(self);
}

/* The latest time that lies before every fire time start_at allows, or after if that is later. */
static execz_time
clamp_after(const ez_trigger *self, execz_time after)
{
    execz_time start_at = self->scope.start_at.time;

    return start_at != EZ_SCOPE_NO_START && after < start_at ? start_at - 1 : after;
}

static execz_time
clamp_until(const ez_trigger *self, execz_time until)
{
    return MIN(MIN(until, self->scope.end_at.time), LAST_TIME);
}

execz_time
ez_trigger_next(const ez_trigger *self, execz_time after)
{
    execz_time time = self->kind->next(self, clamp_after(self, after));

    return time > self->scope.end_at.time ? EXECZ_TIME_NEVER : time;
}

bool
ez_trigger_last(const ez_trigger *self, execz_time until, execz_time *time_out)
{
    execz_time time;

    if (!self->kind->last(self, clamp_until(self, until), &time) ||
        time < self->scope.start_at.time) {
        return false;
    }
    *time_out = time;
    return true;
}

uint64_t
ez_trigger_count(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit)
{
    after = clamp_after(self, after);
    until = clamp_until(self, until);
    return after < until ? self->kind->count(self, after, until, limit) : 0;
}

execz_duration
ez_trigger_jitter(const ez_trigger *self)
{
    return self->scope.jitter;
}

char *
ez_trigger_format(const ez_trigger *self)
{
    GString *text = g_string_new(self->kind->name);

    g_string_append_c(text, '(');
    self->kind->format(self, text);
    ez_scope_append(&self->scope, text);
    g_string_append_c(text, ')');
    return g_string_free(text, FALSE);
}
