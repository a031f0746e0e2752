/* SPDX-License-Identifier: MIT */
/* The executor in a scheduler, as a configuration would have it. */
#include "bed.h"
#include "check.h"
#include "subject.h"
#include "verdict.h"
#include "world.h"

#include <stdio.h>

#include <execz/execz.h>

enum { TASKS = 40 };

typedef struct hall {
    execz_scheduler *scheduler;
    atomic_uint ended, well;
    char message[200];
} hall;

static void
hear(void *user, const execz_event *event)
{
    hall *self = user;

    if (event->code == EXECZ_EVENT_TASK_EXECUTED) {
        atomic_fetch_add(&self->well, 1);
    } else if (event->message != NULL) {
        g_strlcpy(self->message, event->message, sizeof self->message);
    }
    atomic_fetch_add(&self->ended, 1);
}

static void
open_scheduler(hall *self)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    const char *path[] = {ez_the_world.directory, NULL};
    const ez_subject *subject = &ez_the_subject;
    g_autofree execz_pair *pairs = g_new0(execz_pair, subject->n_settings + 1);
    execz_error err = EXECZ_ERROR_INIT;

    for (size_t i = 0; i < subject->n_settings; i++) {
        pairs[i] = (execz_pair){subject->settings[i].key, subject->settings[i].value};
    }
    options.log_level = EXECZ_LOG_WARNING;
    options.function_path = path;
    self->scheduler = execz_scheduler_new(&options, &err);
    if (self->scheduler == NULL ||
        execz_scheduler_add_executor(self->scheduler, "default", subject->path, pairs,
                                     subject->n_settings, &err) != EXECZ_OK) {
        ez_verdict_fail("a scheduler cannot use it: %s", err.message);
    }
    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TERMINAL | EXECZ_EVENT_TASK_BLOCKED,
                                 hear, self);
}

static void
add_task(hall *self, unsigned number)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    bool function = (ez_the_subject.caps & (EXECZ_CAP_FUNCTION | EXECZ_CAP_COROUTINE)) != 0;
    char id[16], args[128], slip[16];
    const char *argv[] = {ez_the_world.program, "--body", ez_the_world.ledger_path, slip, NULL};

    (void)snprintf(id, sizeof id, "task-%u", number);
    (void)snprintf(slip, sizeof slip, "%u", number);
    (void)snprintf(args, sizeof args, "{\"ledger\": \"%s\", \"slip\": %u}",
                   ez_the_world.ledger_path, number);
    spec.id = id;
    spec.trigger = "interval(hours=1)";
    spec.function = !function                                  ? NULL
                    : ez_the_subject.caps & EXECZ_CAP_FUNCTION ? "execz_check:body"
                                                               : "execz_check:coroutine";
    spec.args = function ? args : NULL;
    spec.argv = function ? NULL : argv;
    if (execz_scheduler_add_task(self->scheduler, &spec, &err) != EXECZ_OK ||
        execz_scheduler_run_task(self->scheduler, id, &err) != EXECZ_OK) {
        ez_verdict_fail("the check itself cannot add a task: %s", err.message);
    }
}

static bool
has_ended(void *self)
{
    return atomic_load(&((hall *)self)->ended) >= TASKS;
}

static void
run_tasks(hall *self, unsigned from)
{
    atomic_store(&self->ended, 0);
    atomic_store(&self->well, 0);
    for (unsigned i = 0; i < TASKS; i++) {
        add_task(self, from + i);
    }
    if (!ez_world_wait(has_ended, self)) {
        ez_verdict_fail("in a scheduler %u of %d tasks have ended", atomic_load(&self->ended),
                        TASKS);
    }
    if (atomic_load(&self->well) != TASKS) {
        ez_verdict_fail("in a scheduler %u of %d tasks have ended well; one says: %s",
                        atomic_load(&self->well), TASKS, self->message);
    }
}

static void
check_runs(void)
{
    execz_error err = EXECZ_ERROR_INIT;
    hall here = {NULL};

    ez_need_bodies();
    open_scheduler(&here);
    for (unsigned life = 0; life < 3; life++) {
        if (execz_scheduler_run_in_background(here.scheduler, &err) != EXECZ_OK) {
            ez_verdict_fail("the check itself cannot run a scheduler: %s", err.message);
        }
        run_tasks(&here, life * TASKS);
        if (execz_scheduler_shutdown(here.scheduler, EXECZ_SHUTDOWN_WAIT, -1, &err) != EXECZ_OK) {
            ez_verdict_fail("the scheduler does not shut down: %s", err.message);
        }
    }
    execz_scheduler_free(here.scheduler);
}

static const ez_check checks[] = {
    {"scheduler.runs", "shutdown.refuses start.again leaks.late", "its first paragraph",
     "It decides *where and how* a task runs; the scheduler decides *what runs when*.",
     "what the other checks find is to be mended first; then try it with execz start", check_runs,
     false},
};

const ez_stage ez_stage_scheduler = EZ_STAGE(checks);
