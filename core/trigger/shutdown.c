/* SPDX-License-Identifier: MIT */
#include "trigger/shutdown.h"

static const ez_signature signature = {NULL, 0, NULL, false};

static execz_status
shutdown_build(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out)
{
    execz_status status;
    ez_scope scope;

    if (call->arguments->len > 0) {
        const ez_syntax_argument *argument = g_ptr_array_index(call->arguments, 0);

        return ez_build_fail(build, argument->column,
                             "shutdown takes nothing; it fires when the scheduler shuts down");
    }
    status = ez_scope_read(&scope, build, call, &signature);
    if (status == EXECZ_OK) {
        *trigger_out = ez_trigger_new(&ez_shutdown_kind, sizeof(ez_trigger), &scope);
    }
    return status;
}

static execz_time
never_next(const ez_trigger *self, execz_time after)
{
    return EXECZ_TIME_NEVER;
}

static bool
never_last(const ez_trigger *self, execz_time until, execz_time *time_out)
{
    return false;
}

static uint64_t
never_count(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit)
{
    return 0;
}

static void
no_arguments(const ez_trigger *self, GString *text)
{
}

static bool
at_shutdown(const ez_trigger *self)
{
    return true;
}

const ez_trigger_kind ez_shutdown_kind = {
    .name = "shutdown",
    .build = shutdown_build,
    .next = never_next,
    .last = never_last,
    .count = never_count,
    .format = no_arguments,
    .at_shutdown = at_shutdown,
    .zoneless = true,
};
