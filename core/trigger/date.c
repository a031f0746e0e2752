/* SPDX-License-Identifier: MIT */
#include "trigger/date.h"

#include "trigger/interval.h"

#include <string.h>

typedef struct date {
    ez_trigger base;
    ez_moment run_at;
} date;

static const char *const keys[] = {"run_at", "jitter", "timezone"};
static const ez_signature signature = {keys, G_N_ELEMENTS(keys), "run_at", false};

ez_trigger *
ez_date_new(ez_scope *scope, ez_moment run_at)
{
    date *self = (date *)ez_trigger_new(&ez_date_kind, sizeof *self, scope);

    self->run_at = run_at;
    return &self->base;
}

/* A point in time; or "now", which is when the schedule begins. */
static execz_status
read_run_at(const ez_scope *scope, ez_build *build, const ez_syntax_argument *run_at,
            ez_moment *moment_out)
{
    if (strcmp(run_at->value, "now") != 0) {
        return ez_scope_read_moment(scope, build, run_at, moment_out);
    }
    *moment_out = ez_build_take_anchor(build);
    build->column = run_at->value_column;
    return ez_interval_check_anchor(moment_out->time, build->err);
}

static execz_status
date_build(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out)
{
    const ez_syntax_argument *run_at = ez_arguments_find(call, &signature, "run_at");
    execz_status status = ez_arguments_check(build, call, &signature);
    ez_moment moment;
    ez_scope scope;

    if (status != EXECZ_OK) {
        return status;
    }
    if (run_at == NULL) {
        return ez_build_fail(build, call->column,
                             "date needs the time at which to run, e.g. date(2027-01-31T09:00:00)");
    }
    status = ez_scope_read(&scope, build, call, &signature);
    if (status != EXECZ_OK) {
        return status;
    }
    status = read_run_at(&scope, build, run_at, &moment);
    if (status == EXECZ_OK) {
        *trigger_out = ez_date_new(&scope, moment);
    }
    ez_scope_clear(&scope);
    return status;
}

static execz_time
date_next(const ez_trigger *self, execz_time after)
{
    execz_time time = ((const date *)self)->run_at.time;

    return time > after ? time : EXECZ_TIME_NEVER;
}

static bool
date_last(const ez_trigger *self, execz_time until, execz_time *time_out)
{
    *time_out = ((const date *)self)->run_at.time;
    return *time_out <= until;
}

static uint64_t
date_count(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit)
{
    execz_time time = ((const date *)self)->run_at.time;

    return limit > 0 && time > after && time <= until ? 1 : 0;
}

static bool
date_series(const ez_trigger *self, ez_series *series_out)
{
    execz_time time = ((const date *)self)->run_at.time;

    *series_out = (ez_series){time, 0, time};
    return true;
}

static void
date_format(const ez_trigger *self, GString *text)
{
    ez_scope_append_moment(&self->scope, text, NULL, &((const date *)self)->run_at);
}

const ez_trigger_kind ez_date_kind = {
    .name = "date",
    .build = date_build,
    .next = date_next,
    .last = date_last,
    .count = date_count,
    .series = date_series,
    .format = date_format,
};
