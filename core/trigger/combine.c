/* SPDX-License-Identifier: MIT */
#include "trigger/combine.h"

#include "trigger/calendar.h"
#include "trigger/interval.h"

static const char *const keys[] = {"start_at", "end_at", "jitter", "timezone"};
static const ez_signature signature = {keys, G_N_ELEMENTS(keys), NULL, true};

/* Builds the trigger of an argument, with the zone of the whole if it names none. */
static execz_status
add_child(ez_build *build, const ez_scope *scope, const ez_syntax_call *outer,
          const ez_syntax_call *call, GPtrArray *children)
{
    ez_trigger_defaults defaults = {ez_scope_zone_name(scope), build->defaults->anchor};
    ez_build inner = *build;
    ez_trigger *child = NULL;
    execz_status status;

    inner.defaults = &defaults;
    status = ez_trigger_build(&inner, call, &child);
    build->column = inner.column;
    build->steps = inner.steps;
    build->anchored |= inner.anchored;
    if (status != EXECZ_OK) {
        return status;
    }
    g_ptr_array_add(children, child);
    if (ez_trigger_counts_from_end(child)) {
        return ez_build_fail(
            build, call->column,
            "%s within %s cannot count from the end of a run, for that is known of "
            "the whole only; leave from=end out",
            call->name, outer->name);
    }
    if (ez_trigger_jitter(child) != 0) {
        return ez_build_fail(build, call->column,
                             "%s within %s has a jitter of its own; a run is moved once, so write "
                             "jitter= in %s(...)",
                             call->name, outer->name, outer->name);
    }
    return EXECZ_OK;
}

static execz_status
add_children(ez_build *build, const ez_scope *scope, const ez_syntax_call *call,
             GPtrArray *children)
{
    for (guint i = 0; i < call->arguments->len; i++) {
        const ez_syntax_argument *argument = g_ptr_array_index(call->arguments, i);
        execz_status status;

        if (argument->call == NULL) {
            continue;
        }
        status = add_child(build, scope, call, argument->call, children);
        if (status != EXECZ_OK) {
            return status;
        }
    }
    if (children->len == 0) {
        return ez_build_fail(build, call->column,
                             "%s has no trigger within it, e.g. %s(cron(hour=2), cron(day=1))",
                             call->name, call->name);
    }
    return EXECZ_OK;
}

static void
unref_child(void *child)
{
    ez_trigger_unref(child);
}

execz_status
ez_combination_build(ez_build *build, const ez_syntax_call *call, const ez_trigger_kind *kind,
                     size_t size, ez_trigger **self_out)
{
    g_autoptr(GPtrArray) children = g_ptr_array_new_with_free_func(unref_child);
    execz_status status = ez_arguments_check(build, call, &signature);
    ez_scope scope;

    if (status == EXECZ_OK) {
        status = ez_scope_read(&scope, build, call, &signature);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    status = add_children(build, &scope, call, children);
    if (status == EXECZ_OK) {
        *self_out = ez_trigger_new(kind, size, &scope);
        ((ez_combination *)*self_out)->children = g_steal_pointer(&children);
    }
    ez_scope_clear(&scope);
    return status;
}

bool
ez_combination_counts_from_anchor(const ez_trigger *self)
{
    const GPtrArray *children;

    if (self->kind->search == NULL) {
        return (self->kind == &ez_interval_kind || self->kind == &ez_calendar_kind) &&
               self->scope.start_at.time == EZ_SCOPE_NO_START;
    }
    children = ((const ez_combination *)self)->children;
    for (guint i = 0; i < children->len; i++) {
        if (ez_combination_counts_from_anchor(children->pdata[i])) {
            return true;
        }
    }
    return false;
}

execz_status
ez_combination_check_bounds(ez_build *build, const ez_syntax_call *call, const ez_trigger *self)
{
    const ez_scope *scope = &self->scope;
    ez_found found;

    if ((scope->start_at.time == EZ_SCOPE_NO_START && scope->end_at.time == EXECZ_TIME_NEVER) ||
        ez_trigger_at_shutdown(self) || ez_combination_counts_from_anchor(self)) {
        return EXECZ_OK;
    }
    found = ez_trigger_search_next(self, INT64_MIN, &build->steps);
    if (!found.sure || found.time != EXECZ_TIME_NEVER) {
        return EXECZ_OK;
    }
    return ez_build_fail(build, call->column,
                         "this never fires: none of its times lies between start_at and end_at");
}

void
ez_combination_format(const ez_trigger *self, GString *text)
{
    const GPtrArray *children = ((const ez_combination *)self)->children;

    for (guint i = 0; i < children->len; i++) {
        g_string_append(text, i == 0 ? "" : ", ");
        ez_trigger_append(children->pdata[i], ez_scope_zone_name(&self->scope), text);
    }
}

void
ez_combination_deinit(ez_trigger *self)
{
    g_ptr_array_unref(((ez_combination *)self)->children);
}
