/* SPDX-License-Identifier: MIT */
/* Executors are called on the loop alone, so a request waits until that comes to it. */
#include "scheduler/cancel.h"

#include "base/error.h"
#include "scheduler/held.h"
#include "scheduler/overlap.h"
#include "scheduler/retry.h"
#include "scheduler/tell.h"

#include <inttypes.h>

static const char why[] = "somebody has cancelled it";

typedef struct request {
    execz_run run;   /* 0: of a task */
    ez_entry *entry; /* a reference; NULL: of a run */
    uint32_t what;   /* EXECZ_CANCEL_* */
} request;

/* ---- asking for it --------------------------------------------------------------------------- */

static void
push_locked(execz_scheduler *self, execz_run run, ez_entry *entry, uint32_t what)
{
    request *wanted = g_new(request, 1);

    *wanted = (request){run, entry == NULL ? NULL : ez_entry_ref(entry), what};
    g_queue_push_tail(&self->cancels, wanted);
}

execz_status
execz_scheduler_cancel_run(execz_scheduler *self, execz_run token, execz_error *err)
{
    ez_run *run = ez_runs_enter(self->runs, token);

    if (run == NULL) {
        return ez_fail(err, EXECZ_E_NOT_FOUND, "there is no run %" PRIu64 ", or it has ended",
                       token);
    }
    ez_run_leave(run);
    pthread_mutex_lock(&self->lock);
    push_locked(self, token, NULL, EXECZ_CANCEL_RUNNING);
    pthread_mutex_unlock(&self->lock);
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

execz_status
execz_scheduler_cancel_task(execz_scheduler *self, const char *id, uint32_t what, execz_error *err)
{
    ez_entry *entry;

    if (what > EXECZ_CANCEL_ALL) {
        return ez_fail(err, EXECZ_E_INVAL, "%u is not of EXECZ_CANCEL_*", what);
    }
    pthread_mutex_lock(&self->lock);
    entry = ez_scheduler_find_entry_locked(self, id, err);
    if (entry != NULL && self->state != EXECZ_STATE_STOPPED) {
        push_locked(self, 0, entry, what != 0 ? what : EXECZ_CANCEL_ALL);
    }
    pthread_mutex_unlock(&self->lock);
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

/* ---- doing it -------------------------------------------------------------------------------- */

/* The runs of the entry that were asked for by hand and not looked at yet: ez_manual, owned. */
static GQueue
take_manual(execz_scheduler *self, const ez_entry *entry)
{
    GQueue taken = G_QUEUE_INIT;

    pthread_mutex_lock(&self->lock);
    for (GList *at = self->manual.head, *next; at != NULL; at = next) {
        next = at->next;
        if (((ez_manual *)at->data)->entry == entry) {
            g_queue_unlink(&self->manual, at);
            g_queue_push_tail_link(&taken, at);
        }
    }
    pthread_mutex_unlock(&self->lock);
    return taken;
}

static void
cancel_waiting(execz_scheduler *self, ez_entry *entry)
{
    GQueue manual = take_manual(self, entry);
    ez_manual *one;

    ez_held_cancel(self, entry, why);
    ez_overlap_cancel(self, entry, why);
    while ((one = g_queue_pop_head(&manual)) != NULL) {
        ez_unsubmitted asked = {.source = EXECZ_SOURCE_MANUAL, .times = &one->time, .n = 1};

        ez_tell_unsubmitted(self, EXECZ_EVENT_TASK_CANCELLED, entry, &asked, why);
        ez_entry_unref(one->entry);
        g_free(one);
    }
}

/* The executor may finish a run meanwhile, but only the loop closes it. */
static void
cancel_runs(ez_entry *entry)
{
    for (ez_run *run = entry->newest; run != NULL; run = run->older) {
        ez_executor_cancel(run->executor, run);
    }
}

/* First what waits, so that nothing of it starts when a run ends. */
static void
cancel_task(execz_scheduler *self, ez_entry *entry, uint32_t what)
{
    if ((what & EXECZ_CANCEL_WAITING) != 0) {
        cancel_waiting(self, entry);
    }
    if ((what & EXECZ_CANCEL_RETRYING) != 0) {
        ez_retry_cancel(self, entry, why);
    }
    if ((what & EXECZ_CANCEL_RUNNING) != 0) {
        cancel_runs(entry);
    }
    ez_scheduler_retire(self, entry);
}

static void
cancel_run(execz_scheduler *self, execz_run token)
{
    ez_run *run = ez_runs_find(self->runs, token);

    if (run != NULL && !run->given_up) {
        ez_executor_cancel(run->executor, run);
    }
}

static request *
pop(execz_scheduler *self)
{
    request *wanted;

    pthread_mutex_lock(&self->lock);
    wanted = g_queue_pop_head(&self->cancels);
    pthread_mutex_unlock(&self->lock);
    return wanted;
}

void
ez_cancel_step(execz_scheduler *self)
{
    request *wanted;

    while ((wanted = pop(self)) != NULL) {
        if (wanted->entry != NULL) {
            cancel_task(self, wanted->entry, wanted->what);
            ez_entry_unref(wanted->entry);
        } else {
            cancel_run(self, wanted->run);
        }
        g_free(wanted);
    }
}

void
ez_cancel_forget(execz_scheduler *self)
{
    request *wanted;

    while ((wanted = pop(self)) != NULL) {
        if (wanted->entry != NULL) {
            ez_entry_unref(wanted->entry);
        }
        g_free(wanted);
    }
}
