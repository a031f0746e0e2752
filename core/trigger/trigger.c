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

static execz_time
clamp_until(const ez_trigger *self, execz_time until)
{
    return MIN(MIN(until, self->scope.end_at.time), LAST_TIME);
}

static void
take_step(unsigned *steps)
{
    *steps -= *steps > 0;
}

ez_found
ez_trigger_search_next(const ez_trigger *self, execz_time after, unsigned *steps)
{
    ez_found found = {EXECZ_TIME_NEVER, true};

    after = ez_scope_clamp_after(&self->scope, after);
    if (self->kind->search != NULL) {
        found = self->kind->search->next(self, after, steps);
    } else {
        take_step(steps);
        found.time = self->kind->next(self, after);
    }
    return found.time > self->scope.end_at.time ? (ez_found){EXECZ_TIME_NEVER, true} : found;
}

ez_found
ez_trigger_search_last(const ez_trigger *self, execz_time until, unsigned *steps)
{
    ez_found found = {EZ_TIME_NONE, true};

    until = clamp_until(self, until);
    if (self->kind->search != NULL) {
        found = self->kind->search->last(self, until, steps);
    } else {
        take_step(steps);
        if (!self->kind->last(self, until, &found.time)) {
            return (ez_found){EZ_TIME_NONE, true};
        }
    }
    return found.time < self->scope.start_at.time ? (ez_found){EZ_TIME_NONE, true} : found;
}

uint64_t
ez_trigger_search_count(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit,
                        unsigned *steps)
{
    after = ez_scope_clamp_after(&self->scope, after);
    until = clamp_until(self, until);
    if (after >= until) {
        return 0;
    }
    if (self->kind->search != NULL) {
        return self->kind->search->count(self, after, until, limit, steps);
    }
    take_step(steps);
    return self->kind->count(self, after, until, limit);
}

ez_found
ez_trigger_find_next(const ez_trigger *self, execz_time after)
{
    unsigned steps = EZ_STEPS_PER_CALL;

    return ez_trigger_search_next(self, after, &steps);
}

ez_found
ez_trigger_find_last(const ez_trigger *self, execz_time until)
{
    unsigned steps = EZ_STEPS_PER_CALL;

    return ez_trigger_search_last(self, until, &steps);
}

execz_time
ez_trigger_next(const ez_trigger *self, execz_time after)
{
    return ez_trigger_find_next(self, after).time;
}

bool
ez_trigger_last(const ez_trigger *self, execz_time until, execz_time *time_out)
{
    ez_found found = ez_trigger_find_last(self, until);

    if (!found.sure || found.time == EZ_TIME_NONE) {
        return false;
    }
    *time_out = found.time;
    return true;
}

uint64_t
ez_trigger_count(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit)
{
    unsigned steps = EZ_STEPS_PER_CALL;

    return ez_trigger_search_count(self, after, until, limit, &steps);
}

bool
ez_trigger_at_shutdown(const ez_trigger *self)
{
    return self->kind->at_shutdown != NULL && self->kind->at_shutdown(self);
}

execz_duration
ez_trigger_jitter(const ez_trigger *self)
{
    return self->scope.jitter;
}

bool
ez_trigger_is_anchored(const ez_trigger *self)
{
    return self->anchored;
}

ez_trigger *
ez_trigger_count_from(const ez_trigger *self, execz_time anchor)
{
    ez_trigger *counted = NULL;

    if (self->kind->count_from != NULL) {
        counted = self->kind->count_from(self, anchor);
    }
    if (counted != NULL) {
        counted->anchored = true;
    }
    return counted;
}

bool
ez_trigger_counts_from_end(const ez_trigger *self)
{
    return self->kind->counts_from_end != NULL && self->kind->counts_from_end(self);
}

ez_trigger *
ez_trigger_after_end(const ez_trigger *self, execz_time end)
{
    return ez_trigger_counts_from_end(self) ? self->kind->after_end(self, end) : NULL;
}

bool
ez_trigger_get_series(const ez_trigger *self, ez_series *series_out)
{
    const ez_scope *scope = &self->scope;

    if (self->kind->series == NULL || !self->kind->series(self, series_out)) {
        return false;
    }
    /* A bound within it would cut a phase off that a series cannot tell. */
    if (scope->start_at.time > series_out->first) {
        return false;
    }
    series_out->end = MIN(series_out->end, scope->end_at.time);
    return true;
}

void
ez_trigger_append(const ez_trigger *self, const char *given_zone, GString *text)
{
    g_string_append_printf(text, "%s(", self->kind->name);
    self->kind->format(self, text);
    if (!self->kind->zoneless) {
        ez_scope_append(&self->scope, given_zone, text);
    }
    g_string_append_c(text, ')');
}

char *
ez_trigger_format(const ez_trigger *self)
{
    GString *text = g_string_new(NULL);

    ez_trigger_append(self, NULL, text);
    return g_string_free(text, FALSE);
}
