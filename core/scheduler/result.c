/* SPDX-License-Identifier: MIT */
#include "scheduler/result.h"

#include "base/failpoint.h"
#include "base/parse.h"
#include "scheduler/held.h"
#include "scheduler/overlap.h"
#include "scheduler/retry.h"
#include "scheduler/tell.h"

/* Three digits and one unit: no blank may break the line into more than it has. */
static void
print_took(char *text, size_t size, const ez_outcome *outcome)
{
    static const struct {
        double factor;
        const char *name;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}};
    double took = outcome->started == 0 ? 0 : (double)(outcome->finished - outcome->started);
    size_t at = 0;

    while (took > 0 && at < 2 && took < 0.9995 * units[at].factor) {
        at++;
    }
    took = MAX(took, 0) / units[at].factor;
    (void)g_snprintf(text, size, took < 999.5 ? "%.3g%s" : "%.0f%s", took, units[at].name);
}

static void
log_ended(execz_scheduler *self, const ez_run *run, const ez_outcome *outcome,
          const ez_retry *again)
{
    bool fine = outcome->outcome == EXECZ_OUTCOME_OK;
    char took[32];
    g_autofree char *next = NULL;

    if (self->log.level > (fine ? EXECZ_LOG_INFO : EXECZ_LOG_WARNING)) {
        return;
    }
    print_took(took, sizeof took, outcome);
    if (again != NULL) {
        g_autofree char *at = ez_format_time(again->due);

        next = g_strdup_printf("; attempt %u of %u follows at %s", again->attempt,
                               ez_run_task(run)->plan->retry->max_attempts, at);
    }
    ez_log_write(&self->log, fine ? EXECZ_LOG_INFO : EXECZ_LOG_WARNING,
                 "task %s task=%s executor=%s took=%s%s%s%s", execz_outcome_name(outcome->outcome),
                 ez_run_task(run)->id, ez_run_task(run)->plan->executor, took,
                 outcome->message == NULL ? "" : ": ",
                 outcome->message == NULL ? "" : outcome->message, next == NULL ? "" : next);
}

/* Gives back what the run held: its slot, its place in the executor, and its instance, unless that
 * went to the next attempt.  The slot of one that is WORKING waits for its message. */
static void
release(execz_scheduler *self, ez_run *run, bool working, const ez_retry *again)
{
    ez_entry *entry = run->owner;

    --*ez_executor_unfinished(run->executor);
    ez_entry_remove_run(entry, run);
    if (again == NULL) {
        ez_entry_count(entry, -1);
        ez_overlap_note_room(self, entry);
    }
    if (working) {
        ez_runs_give_up(self->runs, run);
    } else {
        ez_runs_close(self->runs, run);
    }
    ez_scheduler_retire(self, entry);
    ez_entry_unref(entry);
}

/* Tells the start of the run times up to i, as far as that was not told yet: the message of a start
 * may be behind that of the end, if they come from two threads. */
static void
tell_started(execz_scheduler *self, ez_run *run, uint32_t i)
{
    for (; ez_bus_wants(self->bus, EXECZ_EVENT_TASK_STARTED) && run->told <= i; run->told++) {
        const ez_outcome *outcome = &ez_run_times(run)[run->told];

        if (outcome->started != 0) {
            ez_tell_started(self, run, outcome->run_time, outcome->started);
        }
    }
}

static void
end_time(execz_scheduler *self, ez_run *run, uint32_t i, const ez_retry *again)
{
    const ez_outcome *outcome = &ez_run_times(run)[i];

    if (again != NULL && !ez_retry_has(again, outcome->run_time)) {
        again = NULL;
    }
    tell_started(self, run, i);
    log_ended(self, run, outcome, again);
    ez_entry_note_end(run->owner, outcome->outcome, outcome->finished);
    if (again != NULL) {
        ez_tell_retry(self, run, outcome, again->due);
    } else {
        ez_tell_ended(self, run, outcome);
    }
}

static void
take_finished(execz_scheduler *self, ez_run *run)
{
    ez_run_time *times = ez_run_times(run);
    const ez_retry *again;

    if (run->given_up) {
        ez_runs_close(self->runs, run);
        return;
    }
    (void)ez_failpoint("result.taken");
    if (times[0].started != 0) {
        ez_executor_add_wait(run->executor, times[0].started - run->submitted);
    }
    for (uint32_t i = 0; i < run->n; i++) {
        ez_run_complete(run, &times[i], self->clock);
    }
    again = ez_retry_plan(self, run);
    for (uint32_t i = 0; i < run->n; i++) {
        end_time(self, run, i, again);
    }
    if (self->n_held > 0 || self->n_retries > 0) {
        ez_held_note_room(self, ez_run_task(run)->plan->executor);
    }
    release(self, run, false, again);
    (void)ez_failpoint("result.noted");
}

static void
take_started(execz_scheduler *self, ez_started *started)
{
    ez_run *run = ez_runs_find(self->runs, started->token);

    if (run != NULL && !run->given_up && run->told <= started->index) {
        run->told = (uint8_t)(started->index + 1);
        ez_tell_started(self, run, started->run_time, started->at);
    }
    g_free(started);
}

static void
take_posted(ez_posted *posted, bool wanted)
{
    if (wanted) {
        posted->function(posted->argument);
    }
    g_free(posted);
}

static bool
take_all(execz_scheduler *self, bool posted_too)
{
    ez_message *at = ez_mailbox_take(&self->mailbox);
    bool some = at != NULL;

    while (at != NULL) {
        ez_host_message *head = (ez_host_message *)at;

        at = at->next;
        switch (head->kind) {
        case EZ_HOST_FINISHED:
            take_finished(self, (ez_run *)head);
            break;
        case EZ_HOST_STARTED:
            take_started(self, (ez_started *)head);
            break;
        default:
            take_posted((ez_posted *)head, posted_too);
        }
    }
    ez_held_fill(self);
    return some;
}

bool
ez_result_take(execz_scheduler *self)
{
    return take_all(self, true);
}

void
ez_result_take_last(execz_scheduler *self)
{
    (void)take_all(self, false);
}

typedef struct giving_up {
    execz_scheduler *scheduler;
    const char *message;
} giving_up;

static void
give_up(void *user, ez_run *run)
{
    giving_up *self = user;
    bool finished, working;

    if (!self->scheduler->shutdown.forced && ez_executor_overwrites_wait(run->executor)) {
        return; /* it is spared */
    }
    /* In this order, because a run may begin to be WORKING just now. */
    finished = ez_run_finish(run);
    working = !finished && ez_run_is_working(run) && atomic_load(&run->head.done) == 0;
    if (!finished && !working) {
        return; /* it has ended by itself: its message is on the way */
    }
    /* A thread may still be inside the run and write to it, so that what is told is made here. */
    for (uint32_t i = 0; i < run->n; i++) {
        ez_outcome lost = {.run_time = ez_run_plain_times(run)[i], .exit_status = -1};

        lost.finished = ez_clock_now(self->scheduler->clock);
        ez_outcome_set(&lost, EXECZ_OUTCOME_LOST, "%s", self->message);
        log_ended(self->scheduler, run, &lost, NULL);
        ez_entry_note_end(run->owner, lost.outcome, lost.finished);
        ez_tell_ended(self->scheduler, run, &lost);
        ez_outcome_clear(&lost);
    }
    if (!working) {
        ez_executor_owe(run->executor);
    }
    release(self->scheduler, run, working, NULL);
}

void
ez_result_give_up(execz_scheduler *self, const char *message)
{
    giving_up user = {self, message};

    ez_runs_foreach(self->runs, give_up, &user);
}
