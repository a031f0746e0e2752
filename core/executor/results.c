/* SPDX-License-Identifier: MIT */
#include "executor/results.h"

#include "executor/output.h"

#include <stdalign.h>

static ez_host *
host_of(const execz_host *host)
{
    return (ez_host *)(void *)host;
}

/* ---- output ---------------------------------------------------------------------------------- */

/* False if the run has been finished meanwhile: then its outcome is the loop's. */
static bool
append_output(ez_host *self, ez_run *run, const void *data, size_t length)
{
    bool open;

    pthread_mutex_lock(&self->output_lock);
    open = ez_run_is_open(run) || ez_run_is_working(run);
    if (open) {
        ez_run_add_output(run, data, length);
    }
    pthread_mutex_unlock(&self->output_lock);
    return open;
}

execz_status
ez_host_output(const execz_host *host, execz_run token, uint32_t stream, const void *data,
               size_t length)
{
    ez_host *self = host_of(host);
    ez_run *run;
    bool open;

    if (stream != 1 && stream != 2) {
        return EXECZ_E_INVAL;
    }
    run = ez_host_enter(self, token);
    open = run != NULL && append_output(self, run, data, length);
    if (run != NULL) {
        ez_run_leave(run);
    }
    return open ? EXECZ_OK : ez_host_misbehaving(self, "sends output of", token);
}

/* ---- the end --------------------------------------------------------------------------------- */

/* Takes over what the executor says about one run time, if it is one and an outcome. */
static void
take_result(ez_host *self, ez_run *run, const execz_result *result)
{
    ez_run_time *at = ez_run_find_time(run, result->run_time);
    ez_outcome kept;

    if (at == NULL || result->outcome < EXECZ_OUTCOME_OK || result->outcome > EXECZ_OUTCOME_LOST) {
        (void)ez_host_misbehaving(self, "gives a result that is none of", run->token);
        return;
    }
    kept = *at;
    *at = (ez_outcome){0};
    ez_outcome_copy(at, result);
    at->run_time = kept.run_time;
    if (at->started == 0) {
        at->started = kept.started;
    }
    if (at->output == NULL) { /* what host->output() has gathered stays */
        at->output = g_steal_pointer(&kept.output);
        at->output_length = kept.output_length;
        at->output_dropped = kept.output_dropped;
    }
    ez_outcome_clear(&kept);
    if (at->finished == 0) {
        at->finished = ez_clock_now(self->services->clock);
    }
}

/* The results are as far apart as the plugin's header has them long, so an array of a newer and
 * longer kind is read as well. */
static void
take_results(ez_host *self, ez_run *run, const execz_result *results, uint32_t n)
{
    const char *at = (const char *)results;

    for (uint32_t i = 0; i < n; i++) {
        const execz_result *result = (const execz_result *)(const void *)at;

        if (result->size < EXECZ_RESULT_SIZE || result->size % alignof(execz_result) != 0) {
            (void)ez_host_misbehaving(self, "gives a result without its size:", run->token);
            return;
        }
        take_result(self, run, result);
        at += result->size;
    }
}

/* Whether this is the finish of a run that was given up: late, but no fault. */
static bool
finish_late(ez_host *self)
{
    unsigned owed = atomic_load(&self->owed);

    while (owed > 0 && !atomic_compare_exchange_weak(&self->owed, &owed, owed - 1)) {
    }
    return owed > 0;
}

/* Not while a thread adds to the output. */
static bool
end_open_phase(ez_host *self, ez_run *run)
{
    bool ended;

    pthread_mutex_lock(&self->output_lock);
    ended = ez_run_finish(run);
    if (ended) {
        ez_run_settle_output(run);
    }
    pthread_mutex_unlock(&self->output_lock);
    return ended;
}

execz_status
ez_host_finish(const execz_host *host, execz_run token, const execz_result *results, uint32_t n)
{
    ez_host *self = host_of(host);
    ez_run *run = ez_host_enter(self, token);

    if (run == NULL) {
        return finish_late(self) ? EXECZ_E_STATE : ez_host_misbehaving(self, "finishes", token);
    }
    if (!end_open_phase(self, run)) {
        ez_run_leave(run);
        return ez_host_misbehaving(self, "finishes twice:", token);
    }
    if (results == NULL && n > 0) {
        (void)ez_host_misbehaving(self, "promises results and gives none:", token);
        n = 0;
    }
    take_results(self, run, results, n);
    ez_run_leave(run); /* it stays ours: only the message below lets the loop close it */
    ez_mailbox_push(self->services->mailbox, &run->head.message);
    return EXECZ_OK;
}
