/* SPDX-License-Identifier: MIT */
#include "task/outcome.h"

#include "task/output.h"

#include <stdarg.h>
#include <string.h>

void
ez_outcome_clear(ez_outcome *self)
{
    g_free(self->message);
    g_free(self->value);
    g_free(self->output);
    if (self->gathering != NULL) {
        ez_output_deinit(self->gathering);
        g_free(self->gathering);
    }
    *self = (ez_outcome){0};
}

void
ez_outcome_set(ez_outcome *self, uint32_t outcome, const char *format, ...)
{
    char *message = NULL;
    va_list args;

    if (format != NULL) {
        va_start(args, format);
        message = g_strdup_vprintf(format, args); /* may quote the old message: free that after */
        va_end(args);
    }
    g_free(self->message);
    self->message = message;
    self->outcome = outcome;
}

void
ez_outcome_view(const ez_outcome *self, execz_result *result_out)
{
    *result_out = (execz_result){
        .size = sizeof *result_out,
        .outcome = self->outcome,
        .run_time = self->run_time,
        .started = self->started,
        .finished = self->finished,
        .exit_status = self->exit_status,
        .signal = self->signal,
        .message = self->message,
        .value = self->value,
        .value_length = self->value_length,
        .output = self->output,
        .output_length = self->output_length,
        .output_dropped = self->output_dropped,
        .cpu_user = self->cpu_user,
        .cpu_system = self->cpu_system,
        .max_rss = self->max_rss,
    };
}

/* A terminated copy of length bytes; NULL stays NULL, whatever the length says. */
static char *
copy_bytes(const char *bytes, uint64_t length, size_t *length_out)
{
    char *copy = NULL;

    *length_out = 0;
    if (bytes != NULL && length <= EZ_OUTCOME_TEXT_MAX) {
        copy = g_malloc(length + 1);
        memcpy(copy, bytes, length);
        copy[length] = '\0';
        *length_out = length;
    }
    return copy;
}

void
ez_outcome_copy(ez_outcome *self, const execz_result *result)
{
    execz_result known = {0};
    ez_outcome copy;

    memcpy(&known, result, MIN(result->size, sizeof known));
    known.started = MAX(0, known.started); /* a difference of the two must make sense to all */
    known.finished = MAX(known.started, known.finished);
    copy = (ez_outcome){
        .outcome = known.outcome,
        .exit_status = known.exit_status,
        .signal = known.signal,
        .run_time = known.run_time,
        .started = known.started,
        .finished = known.finished,
        .measured = 1,
        .message = g_strdup(known.message),
        .output_dropped = known.output_dropped,
        .cpu_user = known.cpu_user,
        .cpu_system = known.cpu_system,
        .max_rss = known.max_rss,
    };
    copy.value = copy_bytes(known.value, known.value_length, &copy.value_length);
    copy.output = copy_bytes(known.output, known.output_length, &copy.output_length);
    ez_outcome_clear(self); /* only now: result may be a view of self */
    *self = copy;
}
