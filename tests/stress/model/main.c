/* SPDX-License-Identifier: MIT */
/* Random calls from several threads, beside a model that is simple enough to be right: which tasks and
 * executors there are and which of them are paused.  Each answer must be the one the model gives, and
 * each run time that is submitted must end exactly once, whatever happens to its task meanwhile.
 *
 *   model [SECONDS [SEED]]    10 s unless told otherwise; SEED repeats the calls of each thread */
#include "model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void *
call_all(void *argument)
{
    caller *self = argument;

    for (uint64_t i = 0; i < self->model->calls; i++) {
        struct timespec nap = {0, (long)below(self, 2 * 1000000000 / CALLS_PER_SECOND)};

        if (below(self, 500) == 0) {
            pthread_rwlock_wrlock(&self->model->life);
            call_restart(self);
        } else {
            pthread_rwlock_rdlock(&self->model->life);
            call_something(self);
        }
        pthread_rwlock_unlock(&self->model->life);
        (void)nanosleep(&nap, NULL);
    }
    return NULL;
}

static void
no_log(void *user, uint32_t level, const char *message)
{
    (void)user, (void)level, (void)message;
}

static void
set_up(model *self)
{
    static const char *const path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    options.plugin_path = path;
    options.log = no_log;
    self->scheduler = execz_scheduler_new(&options, &err);
    if (self->scheduler == NULL || add_functions(self->scheduler, &err) != EXECZ_OK ||
        execz_scheduler_add_executor(self->scheduler, "default", "threadpool", NULL, 0, &err) !=
            EXECZ_OK) {
        fprintf(stderr, "model: %s\n", err.message);
        exit(EXIT_FAILURE);
    }
    ledger_init(&self->ledger);
    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_ALL, ledger_take, &self->ledger);
    pthread_rwlock_init(&self->life, NULL);
    pthread_mutex_init(&self->executor_lock, NULL);
    for (int i = 0; i < TASKS; i++) {
        pthread_mutex_init(&self->tasks[i].lock, NULL);
        snprintf(self->tasks[i].id, sizeof self->tasks[i].id, "t%02d", i);
    }
    expect(self, "start", "scheduler", execz_scheduler_run_in_background(self->scheduler, &err),
           EXECZ_OK, &err);
}

static void
run_callers(model *self)
{
    caller callers[THREADS];
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        callers[i] = (caller){self, self->seed * THREADS + (uint64_t)i};
        if (pthread_create(&threads[i], NULL, call_all, &callers[i]) != 0) {
            exit(EXIT_FAILURE);
        }
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

static bool
tear_down(model *self)
{
    const ledger *of = &self->ledger;
    bool good;

    (void)execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_WAIT | EXECZ_SHUTDOWN_CANCEL, 0,
                                   NULL);
    ledger_expect_all_ended(&self->ledger);
    if (of->n_by_hand != self->n_asked) {
        self->n_faults++;
        fprintf(stderr, "fault: %" PRIu64 " runs were asked for, and it was told of %" PRIu64 "\n",
                (uint64_t)self->n_asked, of->n_by_hand);
    }
    printf("seed %" PRIu64 ": %" PRIu64 " calls, %" PRIu64 " restarts, %" PRIu64
           " run times submitted, %" PRIu64 " ended, %" PRIu64 " retries, %" PRIu64
           " never submitted, %" PRIu64 " refused, %" PRIu64 " faults\n",
           self->seed, THREADS * self->calls, self->n_restarts, of->n_submitted, of->n_ended,
           of->n_retried, of->n_unsubmitted, of->n_refused, of->n_faults + self->n_faults);
    good =
        of->n_faults + self->n_faults == 0 && of->n_submitted == of->n_ended && of->n_submitted > 0;
    execz_scheduler_free(self->scheduler);
    ledger_deinit(&self->ledger);
    return good;
}

int
main(int argc, char **argv)
{
    model self = {.seed = (uint64_t)time(NULL)};
    uint64_t seconds = argc > 1 ? strtoull(argv[1], NULL, 10) : 10;

    if (argc > 2) {
        self.seed = strtoull(argv[2], NULL, 10);
    }
    printf("model: to repeat: %s %" PRIu64 " %" PRIu64 "\n", argv[0], seconds, self.seed);
    (void)fflush(stdout);
    self.calls = seconds * CALLS_PER_SECOND;
    set_up(&self);
    run_callers(&self);
    return tear_down(&self) ? EXIT_SUCCESS : EXIT_FAILURE;
}
