/* SPDX-License-Identifier: MIT */
/* Bodies as <execz/worker.h> promises them: ez_body_run() with a life of its own around it. */
#include <execz/worker.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "function/body.h"
#include "function/modules.h"

#include <pthread.h>
#include <string.h>

struct execz_bodies {
    /* Fixed by execz_bodies_new(). */
    ez_modules *modules; /* owned */
    void (*log)(void *user, uint32_t level, const char *message);
    void *user;

    ez_interrupt interrupt; /* of the body that runs */
    ez_outcome outcome;     /* of the last one; its owner is the thread that runs */

    /* Guarded by lock. */
    pthread_mutex_t lock;
    bool busy;
    execz_run running;     /* while busy */
    execz_run interrupted; /* the last one that was asked to stop; 0: none */
};

static void
log_to_stderr(void *user, uint32_t level, const char *message)
{
    ez_log log = ez_log_stderr(EXECZ_LOG_DEBUG);

    ez_log_write(&log, level, "%s", message);
}

static bool
check_path(const char *const *path, execz_error *err)
{
    for (; path != NULL && *path != NULL; path++) {
        if (**path != '/') {
            ez_fail(err, EXECZ_E_INVAL, "'%s' in function_path is not an absolute path", *path);
            return false;
        }
    }
    return true;
}

execz_bodies *
execz_bodies_new(const execz_bodies_options *options, execz_error *err)
{
    execz_bodies_options whole = {0};
    execz_bodies *self;

    if (options != NULL) {
        memcpy(&whole, options, MIN(options->size, sizeof whole));
    }
    if (!check_path(whole.function_path, err)) {
        return NULL;
    }
    self = g_new0(execz_bodies, 1);
    self->modules = ez_modules_new(whole.function_path);
    self->log = whole.log != NULL ? whole.log : log_to_stderr;
    self->user = whole.user;
    ez_interrupt_init(&self->interrupt);
    pthread_mutex_init(&self->lock, NULL);
    return self;
}

void
execz_bodies_free(execz_bodies *self)
{
    if (self != NULL) {
        pthread_mutex_destroy(&self->lock);
        ez_outcome_clear(&self->outcome);
        ez_interrupt_deinit(&self->interrupt);
        ez_modules_free(self->modules);
        g_free(self);
    }
}

execz_status
execz_bodies_preload(execz_bodies *self, const char *name, execz_error *err)
{
    return ez_modules_preload(self->modules, name, err);
}

execz_status
execz_bodies_call(execz_bodies *self, const char *function, const char *args, execz_error *err)
{
    ez_body_caller caller = {.executor = "", .log = self->log, .log_user = self->user};

    return ez_body_call_for(self->modules, &caller, function, args, err);
}

/* ---- run ---- */

static bool
begin(execz_bodies *self, execz_run run)
{
    bool free;

    pthread_mutex_lock(&self->lock);
    free = !self->busy;
    if (free) {
        self->busy = true;
        self->running = run;
        ez_interrupt_reset(&self->interrupt);
        if (run != 0 && self->interrupted == run) {
            ez_interrupt_raise(&self->interrupt);
        }
    }
    pthread_mutex_unlock(&self->lock);
    return free;
}

static void
end(execz_bodies *self)
{
    pthread_mutex_lock(&self->lock);
    self->busy = false;
    pthread_mutex_unlock(&self->lock);
}

/* The deadline for people: the same distance from now. */
static execz_time
wall_deadline(int64_t deadline_monotonic, execz_time now)
{
    int64_t left = deadline_monotonic - ez_clock_monotonic(ez_clock_system());
    execz_time deadline;

    return deadline_monotonic == EXECZ_NO_DEADLINE || __builtin_add_overflow(now, left, &deadline)
               ? EXECZ_TIME_NEVER
               : deadline;
}

static void
run(execz_bodies *self, const execz_task *task, const execz_body_facts *facts,
    const execz_waiter *waiter)
{
    ez_outcome *outcome = &self->outcome;
    const ez_clock *clock = ez_clock_system();
    ez_body body = {.task = task,
                    .run = facts->run,
                    .run_time = facts->run_time,
                    .deadline_monotonic = facts->deadline_monotonic,
                    .attempt = facts->attempt,
                    .executor = facts->executor != NULL ? facts->executor : "",
                    .waiter = waiter,
                    .interrupt = &self->interrupt,
                    .log = self->log,
                    .log_user = self->user};

    ez_outcome_clear(outcome);
    outcome->run_time = facts->run_time;
    outcome->exit_status = -1;
    outcome->started = ez_clock_now(clock);
    if (ez_interrupt_raised(&self->interrupt)) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_CANCELLED, "cancelled before it started");
        outcome->started = 0;
    } else {
        body.deadline = wall_deadline(facts->deadline_monotonic, outcome->started);
        ez_body_run(self->modules, &body, outcome);
    }
    outcome->finished = ez_clock_now(clock);
}

execz_status
execz_bodies_run(execz_bodies *self, const execz_task *task, const execz_body_facts *facts,
                 const execz_waiter *waiter, execz_result *result_out)
{
    execz_task known_task = {0};
    execz_body_facts known_facts = {0};
    uint32_t size = result_out->size != 0 ? result_out->size : EXECZ_RESULT_SIZE;
    execz_result result;

    if (!begin(self, facts->run)) {
        return EXECZ_E_STATE;
    }
    memcpy(&known_task, task, MIN(task->size, sizeof known_task));
    memcpy(&known_facts, facts, MIN(facts->size, sizeof known_facts));
    run(self, &known_task, &known_facts, waiter);
    ez_outcome_view(&self->outcome, &result);
    result.size = MIN(size, sizeof result);
    memcpy(result_out, &result, result.size);
    end(self);
    return EXECZ_OK;
}

void
execz_bodies_interrupt(execz_bodies *self, execz_run run)
{
    pthread_mutex_lock(&self->lock);
    if (run != 0) {
        self->interrupted = run;
    }
    if (self->busy && (run == 0 || run == self->running)) {
        ez_interrupt_raise(&self->interrupt);
    }
    pthread_mutex_unlock(&self->lock);
}
