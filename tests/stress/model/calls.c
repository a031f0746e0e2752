/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stdio.h>
#include <time.h>

#include <execz/config.h>
#include <execz/query.h>

#define DRAIN (60 * EXECZ_SECOND)

/* ---- random numbers -------------------------------------------------------------------------- */

/* splitmix64, by Sebastiano Vigna: https://prng.di.unimi.it/splitmix64.c */
static uint64_t
next_number(caller *self)
{
    uint64_t z = self->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

unsigned
below(caller *self, unsigned n)
{
    return (unsigned)(next_number(self) % n);
}

/* ---- what tasks do --------------------------------------------------------------------------- */

static execz_status
call_ok(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

static execz_status
call_fail(execz_call *call)
{
    return execz_fail(call, "as it was asked to");
}

static execz_status
call_nap(execz_call *call)
{
    return execz_sleep(call, 5 * EXECZ_MILLISECOND) == 0 ? EXECZ_OK : EXECZ_E_CANCELLED;
}

static const execz_function functions[] = {
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "ok", "succeeds", call_ok},
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "fail", "fails", call_fail},
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "nap", "takes 5 ms, or is cancelled", call_nap},
};

execz_status
add_functions(execz_scheduler *scheduler, execz_error *err)
{
    const execz_function *table[G_N_ELEMENTS(functions)];

    for (size_t i = 0; i < G_N_ELEMENTS(functions); i++) {
        table[i] = &functions[i];
    }
    return execz_scheduler_add_functions(scheduler, "model", table, G_N_ELEMENTS(table), err);
}

/* A task of any kind. */
static execz_task_spec
any_task(caller *self, const char *id)
{
    static const char *const triggers[] = {"interval(seconds=0.001)", "interval(seconds=0.01)",
                                           "interval(seconds=0.05)",  "interval(hours=1)",
                                           "crontab(\"0 0 1 1 *\")",  "shutdown()"};
    static const char *const bodies[] = {"model:ok", "model:fail", "model:nap", "model:nothing"};
    static const char *const executors[] = {"default", "default", "other", "missing"};
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.trigger = triggers[below(self, G_N_ELEMENTS(triggers))];
    spec.function = bodies[below(self, G_N_ELEMENTS(bodies))];
    spec.executor = executors[below(self, G_N_ELEMENTS(executors))];
    spec.max_instances = 1 + below(self, 3);
    spec.overlap = below(self, EXECZ_OVERLAP_REPLACE + 1);
    spec.overlap_limit = spec.overlap == EXECZ_OVERLAP_QUEUE ? below(self, 4) : 0;
    spec.coalesce = below(self, EXECZ_COALESCE_NONE + 1);
    spec.max_attempts = below(self, 4);
    spec.retry_delay = below(self, 20) * EXECZ_MILLISECOND;
    spec.timeout = below(self, 4) == 0 ? 2 * EXECZ_MILLISECOND : 0;
    spec.misfire_grace_time = below(self, 4) == 0 ? 20 * EXECZ_MILLISECOND : EXECZ_UNSET;
    spec.priority = (int32_t)below(self, 3) - 1;
    return spec;
}

/* ---- calls and what they must answer --------------------------------------------------------- */

void
expect(model *self, const char *what, const char *about, execz_status status, execz_status expected,
       const execz_error *err)
{
    if (status != expected) {
        atomic_fetch_add(&self->n_faults, 1);
        if (atomic_fetch_add(&self->n_told, 1) < 10) {
            fprintf(stderr, "fault: %s %s: status %d instead of %d: %s\n", what, about, (int)status,
                    (int)expected, err->message);
        }
    }
}

static execz_status
if_exists(const model_task *task)
{
    return task->exists ? EXECZ_OK : EXECZ_E_NOT_FOUND;
}

static void
see(void *user, const execz_task_info *info)
{
    *(uint32_t *)user = info->states;
}

static void
call_get(caller *self, model_task *task)
{
    execz_error err = EXECZ_ERROR_INIT;
    uint32_t states = 0;
    execz_status status =
        execz_scheduler_get_task(self->model->scheduler, task->id, see, &states, &err);

    expect(self->model, "get", task->id, status, if_exists(task), &err);
    if (status == EXECZ_OK && !task->resumes &&
        ((states & EXECZ_TASK_PAUSED) != 0) != task->paused) {
        expect(self->model, "paused state of", task->id, EXECZ_E_STATE, EXECZ_OK, &err);
    }
}

static void
call_change(caller *self, model_task *task, unsigned which)
{
    execz_scheduler *scheduler = self->model->scheduler;
    execz_task_spec spec = any_task(self, task->id);
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;

    switch (which) {
    case 0:
        status = execz_scheduler_add_task(scheduler, &spec, &err);
        expect(self->model, "add", task->id, status, task->exists ? EXECZ_E_EXISTS : EXECZ_OK,
               &err);
        task->exists = true;
        break;
    case 1:
        status = execz_scheduler_put_task(scheduler, &spec, &err);
        expect(self->model, "put", task->id, status, EXECZ_OK, &err);
        task->exists = true;
        break;
    case 2:
        status = execz_scheduler_reschedule_task(scheduler, task->id, spec.trigger, NULL, &err);
        expect(self->model, "reschedule", task->id, status, if_exists(task), &err);
        break;
    default:
        status = execz_scheduler_remove_task(scheduler, task->id, &err);
        expect(self->model, "remove", task->id, status, if_exists(task), &err);
        task->exists = task->paused = task->resumes = false;
        break;
    }
}

/* No other id begins so. */
static void
call_remove_all(caller *self, model_task *task)
{
    execz_task_filter filter = EXECZ_TASK_FILTER_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    uint64_t n = 0;

    filter.prefix = task->id;
    expect(self->model, "remove all", task->id,
           execz_scheduler_remove_all_tasks(self->model->scheduler, &filter, &n, &err), EXECZ_OK,
           &err);
    if (n != task->exists) {
        expect(self->model, "number of", task->id, EXECZ_E_STATE, EXECZ_OK, &err);
    }
    task->exists = task->paused = task->resumes = false;
}

static execz_time
in_a_moment(caller *self)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec + EXECZ_SECOND +
           below(self, 50) * EXECZ_MILLISECOND;
}

static void
call_pause(caller *self, model_task *task, bool pause)
{
    execz_scheduler *scheduler = self->model->scheduler;
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;

    task->resumes = pause && below(self, 2) == 0;
    status =
        pause
            ? execz_scheduler_pause_task(scheduler, task->id, "the model says so",
                                         task->resumes ? in_a_moment(self) : EXECZ_TIME_NEVER, &err)
            : execz_scheduler_resume_task(scheduler, task->id, &err);
    expect(self->model, pause ? "pause" : "resume", task->id, status, if_exists(task), &err);
    task->paused = task->exists && pause;
}

static void
call_update(caller *self, model_task *task)
{
    const execz_pair changes[] = {{"priority", below(self, 2) == 0 ? "-1" : "1"},
                                  {"coalesce", "latest"}};
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status = execz_scheduler_update_task(self->model->scheduler, task->id, changes,
                                                      1 + below(self, 2), &err);

    expect(self->model, "update", task->id, status, if_exists(task), &err);
}

static void
call_run(caller *self, model_task *task)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status = execz_scheduler_run_task(self->model->scheduler, task->id, &err);

    expect(self->model, "run", task->id, status, if_exists(task), &err);
    atomic_fetch_add(&self->model->n_asked, status == EXECZ_OK);
}

static void
call_cancel(caller *self, model_task *task)
{
    execz_error err = EXECZ_ERROR_INIT;
    uint32_t what = below(self, EXECZ_CANCEL_ALL + 1);

    expect(self->model, "cancel", task->id,
           execz_scheduler_cancel_task(self->model->scheduler, task->id, what, &err),
           if_exists(task), &err);
}

/* Perhaps it has ended meanwhile. */
static void
call_cancel_run(caller *self)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status = execz_scheduler_cancel_run(self->model->scheduler,
                                                     atomic_load(&self->model->ledger.last), &err);

    if (status != EXECZ_E_NOT_FOUND) {
        expect(self->model, "cancel", "a run", status, EXECZ_OK, &err);
    }
}

static void
call_about_a_task(caller *self)
{
    model_task *task = &self->model->tasks[below(self, TASKS)];
    unsigned which = below(self, 18);

    pthread_mutex_lock(&task->lock);
    if (which < 6) {
        call_change(self, task, which < 4 ? which : 1);
    } else if (which < 9) {
        call_run(self, task);
    } else if (which < 12) {
        call_pause(self, task, which == 9);
    } else if (which < 13) {
        call_update(self, task);
    } else if (which < 14) {
        call_cancel(self, task);
    } else if (which < 15) {
        call_cancel_run(self);
    } else if (which < 16) {
        call_remove_all(self, task);
    } else {
        call_get(self, task);
    }
    pthread_mutex_unlock(&task->lock);
}

static void
call_about_executors(caller *self)
{
    model *of = self->model;
    const execz_pair options[] = {{"max_workers", "2"}, {"queue_limit", "3"}};
    bool add = below(self, 2) == 0;
    uint32_t flags = below(self, 2) * EXECZ_SHUTDOWN_CANCEL;
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;

    pthread_mutex_lock(&of->executor_lock);
    if (add) {
        status =
            execz_scheduler_add_executor(of->scheduler, "other", "threadpool", options, 2, &err);
        expect(of, "add executor", "other", status, of->has_other ? EXECZ_E_EXISTS : EXECZ_OK,
               &err);
        of->has_other = true;
    } else {
        status = execz_scheduler_remove_executor(of->scheduler, "other", flags, &err);
        if (of->has_other || status != EXECZ_OK) { /* else it is still on its way */
            expect(of, "remove executor", "other", status,
                   of->has_other ? EXECZ_OK : EXECZ_E_NOT_FOUND, &err);
        }
        of->has_other = false;
    }
    pthread_mutex_unlock(&of->executor_lock);
}

static void
call_about_the_scheduler(caller *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    expect(self->model, "pause", "scheduler",
           below(self, 2) == 0 ? execz_scheduler_pause(self->model->scheduler, &err)
                               : execz_scheduler_resume(self->model->scheduler, &err),
           EXECZ_OK, &err);
}

void
call_something(caller *self)
{
    unsigned which = below(self, 1000);

    if (which < 20) {
        call_about_executors(self);
    } else if (which < 30) {
        call_about_the_scheduler(self);
    } else {
        call_about_a_task(self);
    }
}

void
call_restart(caller *self)
{
    model *of = self->model;
    execz_error err = EXECZ_ERROR_INIT;
    uint32_t cancel = below(self, 2) * EXECZ_SHUTDOWN_CANCEL;

    expect(of, "shutdown", "scheduler",
           execz_scheduler_shutdown(of->scheduler, EXECZ_SHUTDOWN_WAIT | cancel, DRAIN, &err),
           EXECZ_OK, &err);
    ledger_expect_all_ended(&of->ledger);
    expect(of, "start", "scheduler", execz_scheduler_run_in_background(of->scheduler, &err),
           EXECZ_OK, &err);
    of->n_restarts++;
}
