/* SPDX-License-Identifier: MIT */
/* The runs that a check sends to an executor. */
#include "bed_own.h"

#include "subject.h"
#include "verdict.h"
#include "world.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static unsigned n_slips;

/* ---- a run ------------------------------------------------------------------------------------ */

static ez_kind
choose_kind(ez_kind kind)
{
    uint32_t caps = ez_the_subject.caps;

    if (kind != EZ_ANY) {
        return kind;
    }
    return caps & EXECZ_CAP_FUNCTION ? EZ_FUNCTION
                                     : (caps & EXECZ_CAP_COROUTINE ? EZ_COROUTINE : EZ_COMMAND);
}

bool
ez_bed_has_bodies(void)
{
    return (ez_the_subject.caps & EXECZ_CAP_BODIES) != 0;
}

void
ez_need_bodies(void)
{
    ez_subject_load();
    if (!ez_bed_has_bodies()) {
        ez_verdict_skip("it takes neither functions nor commands, so no body can tell what becomes "
                        "of it");
    }
}

static ez_task *
make_task(const ez_sent *sent, unsigned slip)
{
    static const ez_task_defaults defaults = {"UTC", EXECZ_UNSET, 0, EXECZ_COALESCE_DEFAULT};
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    ez_kind kind = choose_kind(sent->how.kind);
    char id[32], args[160], number[16];
    const char *argv[] = {ez_the_world.program, "--body", ez_the_world.ledger_path, number, NULL};
    ez_task *task;

    (void)snprintf(id, sizeof id, "task-%u", slip);
    (void)snprintf(number, sizeof number, "%u", slip);
    (void)snprintf(args, sizeof args, "{\"ledger\": \"%s\", \"slip\": %u}",
                   ez_the_world.ledger_path, slip);
    spec.id = sent->how.task_id == NULL ? id : sent->how.task_id;
    spec.trigger = "interval(hours=1)";
    spec.max_instances =
        sent->how.max_instances == 0 ? EXECZ_MAX_INSTANCES_MAX : sent->how.max_instances;
    spec.misfire_grace_time = -1;
    spec.priority = sent->how.priority;
    if (kind == EZ_COMMAND) {
        spec.argv = argv;
    } else {
        spec.function = kind == EZ_COROUTINE ? "execz_check:coroutine" : "execz_check:body";
        spec.args = args;
    }
    task = ez_task_new(&spec, &defaults, NULL, &err);
    if (task == NULL) {
        ez_verdict_fail("the check itself cannot make a task: %s", err.message);
    }
    if (kind == EZ_COROUTINE) {
        task->plan->abi.kind = EXECZ_TASK_COROUTINE; /* as the scheduler does once it knows */
    }
    return task;
}

static ez_sent *
new_sent(ez_bed *bed, ez_how how)
{
    ez_sent *sent = g_new0(ez_sent, 1);
    unsigned number = n_slips++;
    execz_time now = ez_clock_now(ez_the_world.services.clock);

    EZ_NEEDED(how.n <= G_N_ELEMENTS(sent->times));
    sent->bed = bed;
    sent->how = how;
    sent->n = MAX(how.n, 1);
    for (unsigned i = 0; i < sent->n; i++) {
        sent->times[i] = now - (sent->n - 1 - i) * EXECZ_SECOND;
    }
    sent->slip = &ez_the_world.ledger->slips[number % EZ_SLIPS];
    memset(sent->slip, 0, sizeof *sent->slip);
    atomic_store(&sent->slip->holds, how.holds);
    atomic_store(&sent->slip->fails, how.fails);
    sent->task = make_task(sent, number % EZ_SLIPS);
    pthread_mutex_lock(&bed->lock);
    g_ptr_array_add(bed->sent, sent);
    pthread_mutex_unlock(&bed->lock);
    return sent;
}

void
ez_sent_free(void *argument)
{
    ez_sent *sent = argument;

    if (sent->copy != NULL) {
        munmap(sent->copy, sizeof *sent->copy);
    }
    ez_task_unref(sent->task);
    g_free(sent);
}

unsigned
ez_sent_index(const ez_sent *self, execz_time run_time)
{
    unsigned i = 0;

    while (i < self->n && self->times[i] != run_time) {
        i++;
    }
    return i;
}

void
ez_bed_forget(ez_bed *self)
{
    pthread_mutex_lock(&self->lock);
    g_hash_table_remove_all(self->by_token);
    g_ptr_array_set_size(self->sent, 0);
    pthread_mutex_unlock(&self->lock);
}

/* ---- on the loop ------------------------------------------------------------------------------ */

static ez_run *
open_run(ez_sent *sent)
{
    ez_bed *bed = sent->bed;
    ez_run *run =
        ez_runs_open(ez_the_world.services.runs, sent->task, bed->behind, sent->times, sent->n);

    EZ_NEEDED(run != NULL);
    run->attempt = 1;
    run->source = EXECZ_SOURCE_MANUAL;
    run->submitted = ez_clock_now(ez_the_world.services.clock);
    run->owner = sent;
    sent->token = run->token;
    pthread_mutex_lock(&bed->lock);
    g_hash_table_insert(bed->by_token, &sent->token, sent);
    pthread_mutex_unlock(&bed->lock);
    atomic_store(&sent->opened, true);
    return run;
}

/* The task as the plugin sees it. */
static const execz_task *
view_of(ez_sent *sent, const ez_run *run)
{
    const execz_task *own = &run->view->abi;

    if (!sent->how.vanishes) {
        return own;
    }
    sent->copy =
        mmap(NULL, sizeof *own, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EZ_NEEDED(sent->copy != MAP_FAILED);
    *sent->copy = *own;
    return sent->copy;
}

static void
send_on_loop(void *argument)
{
    ez_sent *sent = argument;
    ez_run *run = open_run(sent);
    const execz_task *task = view_of(sent, run);
    int64_t before = ez_world_now(), in_bodies = ez_tap_time_in_bodies();

    sent->err = (execz_error)EXECZ_ERROR_INIT;
    ez_verdict_in(true, "send_task()");
    sent->answer = ez_the_subject.ops->send_task(sent->bed->plugin, task, ez_run_plain_times(run),
                                                 run->n, run->token, &sent->err);
    ez_verdict_in(true, NULL);
    sent->took = ez_world_now() - before - (ez_tap_time_in_bodies() - in_bodies);
    if (sent->answer != EXECZ_OK && atomic_load(&sent->finishes) > 0) {
        ez_tap_note_refused(sent); /* it comes to its end as if it had been accepted */
    } else if (sent->answer != EXECZ_OK) {
        ez_runs_close(ez_the_world.services.runs, run);
    }
    atomic_store(&sent->answered, true);
}

/* As the scheduler takes it. */
static uint32_t
outcome_of(const ez_run *run, const ez_outcome *outcome)
{
    if (outcome->outcome != 0) {
        return outcome->outcome;
    }
    return ez_interrupt_raised(&run->interrupt) ? EXECZ_OUTCOME_CANCELLED : EXECZ_OUTCOME_LOST;
}

void
ez_sent_end(ez_run *run)
{
    ez_sent *sent = run->owner;

    while (atomic_load(&sent->finishing) > 0) {
        (void)sched_yield(); /* what the host has made of the results happens before their end */
    }
    ez_world_acquire();
    for (unsigned i = 0; i < run->n; i++) {
        sent->outcome[i] = outcome_of(run, &run->times[i]);
    }
    if (run->times[0].message != NULL) {
        g_strlcpy(sent->message, run->times[0].message, sizeof sent->message);
    }
    ez_runs_close(ez_the_world.services.runs, run);
    if (sent->copy != NULL) {
        (void)mprotect(sent->copy, sizeof *sent->copy, PROT_NONE);
    }
    atomic_store(&sent->closed, true);
    ez_world_changed();
}

static void
flush_on_loop(void *argument)
{
    ez_bed *self = argument;

    if (ez_the_subject.ops->flush != NULL) {
        ez_verdict_in(true, "flush()");
        ez_the_subject.ops->flush(self->plugin);
        ez_verdict_in(true, NULL);
    }
}

/* ---- sending ---------------------------------------------------------------------------------- */

ez_sent *
ez_bed_post(ez_bed *self, ez_how how)
{
    ez_sent *sent = new_sent(self, how);

    ez_world_post(send_on_loop, sent);
    if (!how.unflushed) {
        ez_world_post(flush_on_loop, self);
    }
    return sent;
}

static bool
is_answered(void *sent)
{
    return atomic_load(&((ez_sent *)sent)->answered);
}

ez_sent *
ez_bed_send(ez_bed *self, ez_how how)
{
    ez_sent *sent = ez_bed_post(self, how);

    while (!ez_world_wait(is_answered, sent)) {
        ez_world_nap(); /* who has started this check ends it, and says where it was */
    }
    return sent;
}

ez_sent *
ez_bed_submit(ez_bed *self, ez_how how)
{
    ez_sent *sent = ez_bed_send(self, how);

    if (sent->answer != EXECZ_OK) {
        ez_verdict_fail("send_task() refused a run that it could have accepted: %s (%d)",
                        sent->err.message, (int)sent->answer);
    }
    return sent;
}

void
ez_bed_flush(ez_bed *self)
{
    ez_world_call(flush_on_loop, self);
}

void
ez_bed_release(ez_bed *self, ez_sent *sent)
{
    for (size_t i = 0; i < ez_bed_count_sent(self); i++) {
        if (sent == NULL || sent == ez_bed_sent(self, i)) {
            atomic_store(&ez_bed_sent(self, i)->slip->released, 1);
        }
    }
}
