/* SPDX-License-Identifier: MIT */
#include "trigger/scope.h"

#include "base/error.h"
#include "base/parse.h"
#include "trigger/interval.h"

#include <string.h>

static execz_status
open_default_zone(ez_scope *self, ez_build *build)
{
    const char *name = build->defaults->timezone != NULL ? build->defaults->timezone : "UTC";
    execz_status status = ez_zone_open(name, &self->zone, build->err);

    if (status != EXECZ_OK) {
        ez_error_prefix(build->err, "the default time zone: ");
    }
    return status;
}

static void
set_unbounded(ez_scope *self)
{
    *self = (ez_scope){
        .start_at.time = EZ_SCOPE_NO_START,
        .end_at.time = EXECZ_TIME_NEVER,
    };
}

execz_status
ez_scope_init(ez_scope *self, ez_build *build)
{
    set_unbounded(self);
    return open_default_zone(self, build);
}

void
ez_scope_clear(ez_scope *self)
{
    g_clear_pointer(&self->zone, ez_zone_unref);
}

execz_status
ez_scope_read_moment(const ez_scope *self, ez_build *build, const ez_syntax_argument *argument,
                     ez_moment *moment_out)
{
    execz_status status = ez_moment_parse(argument->value, self->zone, moment_out, build->err);

    return status == EXECZ_OK ? status : ez_build_blame(build, argument, status);
}

/* The zone of the text; that of the surroundings need not even exist then. */
static execz_status
read_zone(ez_scope *self, ez_build *build, const ez_syntax_argument *argument)
{
    execz_status status;

    if (argument == NULL) {
        return open_default_zone(self, build);
    }
    status = ez_zone_open(argument->value, &self->zone, build->err);
    return status == EXECZ_OK ? status : ez_build_blame(build, argument, status);
}

static execz_status
read_jitter(ez_scope *self, ez_build *build, const ez_syntax_argument *argument)
{
    execz_status status;

    if (argument == NULL) {
        return EXECZ_OK;
    }
    status = ez_parse_duration(argument->value, &self->jitter, build->err);
    return status == EXECZ_OK ? status : ez_build_blame(build, argument, status);
}

/* A point in time; or "now", which is when the schedule begins. */
static execz_status
read_start(ez_scope *self, ez_build *build, const ez_syntax_argument *argument)
{
    if (strcmp(argument->value, "now") != 0) {
        return ez_scope_read_moment(self, build, argument, &self->start_at);
    }
    self->start_at = ez_build_take_anchor(build);
    build->column = argument->value_column;
    return ez_interval_check_anchor(self->start_at.time, build->err);
}

static execz_status
read_bounds(ez_scope *self, ez_build *build, const ez_syntax_argument *start,
            const ez_syntax_argument *end)
{
    execz_status status = EXECZ_OK;

    if (start != NULL) {
        status = read_start(self, build, start);
    }
    if (status == EXECZ_OK && end != NULL) {
        status = ez_scope_read_moment(self, build, end, &self->end_at);
    }
    if (status == EXECZ_OK && end != NULL && self->start_at.time > self->end_at.time) {
        return ez_build_fail(
            build, end->value_column,
            "end_at: '%s' lies before start_at, so that the trigger would never fire", end->value);
    }
    return status;
}

execz_status
ez_scope_read(ez_scope *self, ez_build *build, const ez_syntax_call *call,
              const ez_signature *signature)
{
    execz_status status;

    set_unbounded(self);
    status = read_zone(self, build, ez_arguments_find(call, signature, "timezone"));
    if (status == EXECZ_OK) {
        status = read_bounds(self, build, ez_arguments_find(call, signature, "start_at"),
                             ez_arguments_find(call, signature, "end_at"));
    }
    if (status == EXECZ_OK) {
        status = read_jitter(self, build, ez_arguments_find(call, signature, "jitter"));
    }
    if (status != EXECZ_OK) {
        ez_scope_clear(self);
    }
    return status;
}

void
ez_scope_append_moment(const ez_scope *self, GString *text, const char *key,
                       const ez_moment *moment)
{
    g_autofree char *value = ez_moment_format(moment, self->zone);

    ez_syntax_append(text, key, value);
}

const char *
ez_scope_zone_name(const ez_scope *self)
{
    return ez_zone_name(self->zone);
}

void
ez_scope_append(const ez_scope *self, const char *given_zone, GString *text)
{
    if (self->start_at.time != EZ_SCOPE_NO_START) {
        ez_scope_append_moment(self, text, "start_at", &self->start_at);
    }
    if (self->end_at.time != EXECZ_TIME_NEVER) {
        ez_scope_append_moment(self, text, "end_at", &self->end_at);
    }
    if (self->jitter != 0) {
        g_autofree char *value = ez_format_duration(self->jitter);

        ez_syntax_append(text, "jitter", value);
    }
    if (g_strcmp0(given_zone, ez_scope_zone_name(self)) != 0) {
        ez_syntax_append(text, "timezone", ez_scope_zone_name(self));
    }
}
