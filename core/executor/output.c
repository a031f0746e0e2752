/* SPDX-License-Identifier: MIT */
#include "executor/output.h"

#include "task/output.h"

/* The run time that began last: noted only if there are several, else it is of an earlier run. */
static ez_run_time *
current_time(ez_run *run)
{
    return &ez_run_times(run)[run->n == 1 ? 0 : atomic_load(&run->current)];
}

/* Goes on behind what execute() has kept of a command's. */
static ez_output *
begin(ez_run_time *at, uint64_t limit)
{
    ez_output *output = g_new(ez_output, 1);

    ez_output_init(output, limit);
    if (at->output != NULL) {
        ez_output_add(output, at->output, at->output_length);
        output->dropped += at->output_dropped;
    } else {
        /* Who has none is not looked at more closely. */
        __atomic_store_n(&at->output, g_strdup(""), __ATOMIC_RELAXED);
    }
    return output;
}

void
ez_run_add_output(ez_run *run, const void *data, size_t length)
{
    ez_run_time *at = current_time(run);

    if (length > 0) {
        if (at->gathering == NULL) {
            at->gathering = begin(at, run->view->abi.output_limit);
        }
        ez_output_add(at->gathering, data, length);
    }
}

static void
settle(ez_run_time *at)
{
    ez_output *output = g_steal_pointer(&at->gathering);

    if (output != NULL) {
        g_free(at->output);
        at->output_dropped = output->dropped;
        at->output = ez_output_take(output, &at->output_length);
        g_free(output);
    }
}

void
ez_run_settle_output(ez_run *run)
{
    for (uint32_t i = 0; i < run->n; i++) {
        if (ez_run_times(run)[i].output != NULL) {
            settle(&ez_run_times(run)[i]);
        }
    }
}
