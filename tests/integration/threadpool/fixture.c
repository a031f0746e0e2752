/* SPDX-License-Identifier: MIT */
#include "threadpool/fixture.h"

#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>

fixture *around;
ez_executor *pool;
static unsigned threads_before;

/* What bodies do and see. */
atomic_uint n_begun, n_running, most_running;
atomic_bool released;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
GString *order;   /* guarded by lock; ids of the runs as they begin */
char comm[16];    /* guarded by lock; name of the thread that ran last */
unsigned n_calls; /* guarded by lock; of the initializer */
unsigned n_fail;  /* of them that fail, from the first on */
unsigned n_exit;  /* of them that end their thread, from the first on */

void
nap(int ms)
{
    (void)poll(NULL, 0, ms);
}

static void
note_begin(const ez_body *body)
{
    unsigned running;

    pthread_mutex_lock(&lock);
    g_string_append_printf(order, "%s ", body->task->id);
    (void)prctl(PR_GET_NAME, comm);
    running = atomic_fetch_add(&n_running, 1) + 1; /* now: who waits for it reads the others */
    atomic_store(&most_running, MAX(atomic_load(&most_running), running));
    pthread_mutex_unlock(&lock);
    atomic_fetch_add(&n_begun, 1);
}

static void
run_body(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    bool quick = body->task->id[0] == 'q';

    (void)self;
    note_begin(body);
    if (body->task->id[0] == 'x') {
        atomic_fetch_sub(&n_running, 1);
        pthread_exit(NULL);
    }
    while (!quick && !atomic_load(&released) && !ez_interrupt_raised(body->interrupt)) {
        nap(1);
    }
    atomic_fetch_sub(&n_running, 1);
    ez_outcome_set(
        outcome, ez_interrupt_raised(body->interrupt) ? EXECZ_OUTCOME_CANCELLED : EXECZ_OUTCOME_OK,
        NULL);
}

static execz_status
initialize(void *user, const ez_body_caller *caller, const char *function, const char *args,
           execz_error *err)
{
    unsigned call;

    (void)user;
    (void)args;
    cr_expect(eq(str, (char *)function, (char *)"mine:prepare"));
    cr_expect(eq(str, (char *)caller->executor, (char *)"cpu"));
    pthread_mutex_lock(&lock);
    call = n_calls++;
    g_string_append(order, "init ");
    pthread_mutex_unlock(&lock);
    if (call < n_exit) {
        pthread_exit(NULL);
    }
    if (call < n_fail) {
        (void)snprintf(err->message, sizeof err->message, "no luck");
        return EXECZ_E_FAIL;
    }
    return EXECZ_OK;
}

unsigned
count_new_threads(void)
{
    return fixture_count_threads() - threads_before;
}

void
start_pool(const char *const *options)
{
    g_autofree char *path = fixture_bundled("threadpool");
    execz_error err = EXECZ_ERROR_INIT;

    pool = fixture_executor(around, path, options);
    cr_assert(eq(int, ez_executor_start(pool, &err), EXECZ_OK), "%s", err.message);
}

execz_status
try_to_send(const char *id, int32_t priority, ez_run **run_out)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_task *task = fixture_task(id);
    ez_run *run;
    execz_status status;

    task->plan->abi.priority = priority;
    run = fixture_open(around, task, pool, 1);
    run->source = EXECZ_SOURCE_MANUAL; /* never too late */
    ez_task_unref(task);
    status = ez_executor_send(pool, run, &err);
    if (status != EXECZ_OK) {
        ez_runs_close(around->services.runs, run);
    } else if (run_out != NULL) {
        *run_out = run;
    }
    return status;
}

ez_run *
send(const char *id)
{
    ez_run *run = NULL;

    cr_assert(eq(int, try_to_send(id, 0, &run), EXECZ_OK));
    return run;
}

void
send_many(const char *id, int n)
{
    for (int i = 0; i < n; i++) {
        (void)send(id);
    }
    ez_executor_flush(pool);
}

static uint32_t
finish_one(void)
{
    ez_run *run = (ez_run *)fixture_next_message(around, true);
    uint32_t outcome;

    cr_assert(run != NULL, "no run is finished any more");
    outcome = ez_run_times(run)[0].outcome;
    if (outcome == 0 && ez_interrupt_raised(&run->interrupt)) {
        outcome = EXECZ_OUTCOME_CANCELLED; /* as the scheduler takes it */
    }
    (*ez_executor_unfinished(pool))--;
    ez_runs_close(around->services.runs, run);
    return outcome;
}

unsigned
finish(unsigned n, uint32_t outcome)
{
    unsigned found = 0;

    for (unsigned i = 0; i < n; i++) {
        found += finish_one() == outcome;
    }
    return found;
}

void
stop_pool(void)
{
    int64_t deadline = patience_ends();

    ez_executor_shutdown(pool, 0, deadline);
    (void)finish(*ez_executor_unfinished(pool), 0);
    ez_executor_stop(pool, deadline, false);
    ez_executor_free(pool);
    pool = NULL;
    WAIT_UNTIL(count_new_threads() == 0);
}

void
set_up(void)
{
    around = fixture_new();
    around->body = run_body;
    around->services.clock = ez_clock_system();
    around->services.call = initialize;
    order = g_string_new(NULL);
    threads_before = fixture_count_threads();
}

void
tear_down(void)
{
    atomic_store(&released, true);
    if (pool != NULL) {
        stop_pool();
    }
    g_string_free(order, TRUE);
    fixture_free(around);
}
