/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "function/body.h"
#include "isolation/guest.h"
#include "task/copy.h"

#include <sched.h>

/* ---- from the scheduler ---------------------------------------------------------------------- */

static void
refuse(ez_guest *self, execz_run run, const execz_error *err)
{
    ez_stream_begin(&self->stream, EZ_PARCEL_REFUSED);
    ez_stream_put_u64(&self->stream, run);
    ez_parcel_put_error(&self->stream, err);
    ez_stream_end(&self->stream);
}

/* The scheduler's slot is free, ours may still be visited by a thread that is about to leave it. */
static ez_run *
open_run(ez_guest *self, const ez_parcel_run *parcel, ez_task *task)
{
    int64_t end = ez_clock_monotonic(self->services.clock) + EXECZ_SECOND;
    ez_run *run;

    while ((run = ez_runs_open_as(self->services.runs, parcel->run, task, self->executor,
                                  parcel->times, parcel->n)) == NULL &&
           ez_clock_monotonic(self->services.clock) < end) {
        (void)sched_yield();
    }
    return run;
}

static void
send_run(ez_guest *self, const ez_parcel_run *parcel, ez_run *run)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;

    run->attempt = (uint16_t)parcel->attempt;
    run->source = (uint16_t)parcel->source;
    run->submitted = parcel->submitted;
    atomic_store(&self->wants_started, parcel->wants_started != 0);
    if (self->tells_coroutines &&
        ez_body_is_coroutine(self->modules, &run->view->abi, &ez_run_task(run)->plan->resolved)) {
        run->view->abi.kind = EXECZ_TASK_COROUTINE;
    }
    if (!self->tells_begin || parcel->task.kind == EXECZ_TASK_PAYLOAD) {
        ez_begun_note(&self->begun, parcel->run); /* nobody can know */
    }
    status = ez_executor_send(self->executor, run, &err);
    if (status != EXECZ_OK && ez_run_finish(run)) {
        err.status = status;
        refuse(self, parcel->run, &err);
        ez_runs_close(self->services.runs, run);
    } else if (status != EXECZ_OK) {
        ez_log_write(&self->services.log, EXECZ_LOG_WARNING,
                     "plugin misbehaving: executor=%s refuses a run of task=%s that it has "
                     "finished",
                     ez_executor_alias(self->executor), parcel->task.id);
        ++*ez_executor_unfinished(self->executor);
    }
}

static bool
take_run(ez_guest *self, ez_frame *frame)
{
    ez_parcel_run parcel = {.pointers = self->pointers};
    ez_task *task;
    ez_run *run;

    if (!ez_parcel_take_run(frame, &parcel)) {
        return false;
    }
    task = ez_task_copy(&parcel.task);
    run = open_run(self, &parcel, task);
    if (run == NULL) {
        return false;
    }
    ez_task_unref(task); /* it is the run's */
    send_run(self, &parcel, run);
    return true;
}

static bool
take_cancel(ez_guest *self, ez_frame *frame)
{
    execz_run token = ez_frame_u64(frame);
    ez_run *run = ez_runs_find(self->services.runs, token);

    if (run != NULL) { /* else it has ended meanwhile */
        ez_executor_cancel(self->executor, run);
    }
    return ez_frame_is_whole(frame);
}

static bool
take_shutdown(ez_guest *self, ez_frame *frame)
{
    uint32_t flags = ez_frame_u32(frame);
    int64_t deadline = ez_frame_i64(frame);

    ez_executor_shutdown(self->executor, flags, deadline);
    return ez_frame_is_whole(frame);
}

/* False if it makes no sense. */
static bool
take(ez_guest *self, ez_frame *frame)
{
    switch (frame->kind) {
    case EZ_PARCEL_RUN:
        return take_run(self, frame);
    case EZ_PARCEL_CANCEL:
        return take_cancel(self, frame);
    case EZ_PARCEL_SHUTDOWN:
        return take_shutdown(self, frame);
    case EZ_PARCEL_END:
        self->ended = true;
        return true;
    default:
        return false;
    }
}

bool
ez_guest_take_parcels(ez_guest *self)
{
    bool sound = ez_stream_receive(&self->stream, false) >= 0;
    ez_frame frame;

    while (sound && !self->ended && ez_stream_next(&self->stream, &frame)) {
        sound = take(self, &frame);
        self->n_done++;
        self->changed = true;
        atomic_store(&self->in_body, false); /* or it waits in one, and lets others go on */
    }
    return sound && !self->stream.broken;
}

/* ---- to the scheduler ------------------------------------------------------------------------ */

static void
tell_started(ez_guest *self, ez_started *started)
{
    if (ez_runs_find(self->services.runs, started->token) != NULL) {
        ez_stream_begin(&self->stream, EZ_PARCEL_BEGUN);
        ez_stream_put_u64(&self->stream, started->token);
        ez_stream_put_i64(&self->stream, started->run_time);
        ez_stream_end(&self->stream);
    }
    g_free(started);
}

/* Of what nobody has said how it ended nothing is told: the scheduler knows what to make of it. */
static void
tell_finished(ez_guest *self, ez_run *run)
{
    ez_run_time *times = ez_run_times(run);

    for (uint32_t i = 0; i < run->n; i++) {
        ez_run_complete(run, &times[i], self->services.clock);
    }
    ez_stream_begin(&self->stream, EZ_PARCEL_FINISH);
    ez_stream_put_u64(&self->stream, run->token);
    ez_stream_put_u32(&self->stream, run->n);
    for (uint32_t i = 0; i < run->n; i++) {
        execz_result result;

        ez_outcome_view(&times[i], &result);
        ez_parcel_put_result(&self->stream, &result);
    }
    ez_stream_end(&self->stream);
    --*ez_executor_unfinished(self->executor);
    ez_runs_close(self->services.runs, run);
    self->changed = true;
}

static void
take_posted(ez_posted *posted)
{
    posted->function(posted->argument);
    g_free(posted);
}

void
ez_guest_take_messages(ez_guest *self)
{
    ez_message *at;

    while ((at = ez_mailbox_take(&self->mailbox)) != NULL) {
        while (at != NULL) {
            ez_host_message *head = (ez_host_message *)at;

            at = at->next;
            switch (head->kind) {
            case EZ_HOST_FINISHED:
                tell_finished(self, (ez_run *)head);
                break;
            case EZ_HOST_STARTED:
                tell_started(self, (ez_started *)head);
                break;
            default:
                take_posted((ez_posted *)head);
            }
        }
    }
}

void
ez_guest_report(ez_guest *self)
{
    int64_t now = ez_clock_monotonic(self->services.clock);
    execz_error why = EXECZ_ERROR_INIT;
    execz_stats stats;
    uint32_t health;

    if (!self->changed || now < self->report_at) {
        return;
    }
    self->changed = false;
    self->report_at = now + EZ_GUEST_REPORT_EVERY;
    health = ez_executor_examine(self->executor, &stats, &why);
    ez_error_terminate(&why);
    ez_stream_begin(&self->stream, EZ_PARCEL_REPORT);
    ez_stream_put_u64(&self->stream, self->n_done);
    ez_stream_put_u32(&self->stream, stats.workers);
    ez_stream_put_u32(&self->stream, stats.busy);
    ez_stream_put_u32(&self->stream, stats.queued);
    ez_stream_put_u32(&self->stream, health);
    ez_stream_put_text(&self->stream, why.message);
    ez_stream_end(&self->stream);
}
