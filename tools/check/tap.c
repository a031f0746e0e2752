/* SPDX-License-Identifier: MIT */
#include "tap.h"

#include "bed.h"
#include "subject.h"
#include "verdict.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ez_tap taps[EZ_TAPS];
static unsigned n_taps;
static execz_host real; /* as ez_host_init() makes it */

static ez_tap *
tap_of(const execz_host *host)
{
    return (ez_tap *)(void *)host;
}

/* Whether the table may still be used. */
static bool
lives(const execz_host *host, const char *function)
{
    if (atomic_load(&tap_of(host)->gone)) {
        ez_fault_note(EZ_FAULT_LATE, "host->%s() was called after destroy() had returned",
                      function);
        return false;
    }
    return true;
}

/* ---- the table: services ---------------------------------------------------------------------- */

static void
tap_log(const execz_host *host, uint32_t level, const char *message)
{
    if (lives(host, "log")) {
        real.log(host, level, message);
    }
}

/* The base executor of sdk.h asks for these whether they are declared or not. */
static bool
is_declared(const char *name)
{
    return ez_subject_option(name) != NULL || strcmp(name, "cancel_futures") == 0 ||
           strcmp(name, "overwrite_wait") == 0;
}

static const char *
tap_option(const execz_host *host, const char *name)
{
    if (!lives(host, "option")) {
        return NULL;
    }
    if (!is_declared(name)) {
        ez_fault_note(EZ_FAULT_UNDECLARED, "it asks for the option '%s'", name);
    }
    return real.option(host, name);
}

static execz_status
tap_option_i64(const execz_host *host, const char *name, int64_t *value_out)
{
    execz_status status;

    if (!lives(host, "option_i64")) {
        return EXECZ_E_STATE;
    }
    if (!is_declared(name)) {
        ez_fault_note(EZ_FAULT_UNDECLARED, "it asks for the number of the option '%s'", name);
    }
    status = real.option_i64(host, name, value_out);
    if (status == EXECZ_E_INVAL) {
        ez_fault_note(EZ_FAULT_OPTION_TYPE,
                      "it asks for the number of the option '%s', which has none", name);
    }
    return status;
}

static void *
tap_realloc(const execz_host *host, void *pointer, size_t length)
{
    ez_tap *self = tap_of(host);
    void *given;

    if (!lives(host, "realloc") || (pointer == NULL && length > 0 && ez_tap_refuses_memory())) {
        return NULL;
    }
    given = real.realloc(host, pointer, length);
    if (pointer == NULL && given != NULL) {
        atomic_fetch_add(&self->blocks, 1);
    } else if (pointer != NULL && length == 0) {
        atomic_fetch_sub(&self->blocks, 1);
    }
    return given;
}

static execz_status
tap_thread(const execz_host *host, const char *name, void (*function)(void *), void *argument)
{
    if (!lives(host, "thread")) {
        return EXECZ_E_STATE;
    }
    return ez_tap_refuses_thread() ? EXECZ_E_LIMIT : real.thread(host, name, function, argument);
}

/* What was posted, on its way to the loop. */
typedef struct posted {
    ez_tap *tap;
    void (*function)(void *);
    void *argument;
} posted;

static void
call_posted(void *argument)
{
    posted self = *(posted *)argument;

    g_free(argument);
    if (atomic_load(&self.tap->gone)) {
        ez_fault_note(EZ_FAULT_LATE, "a function given to host->post() was still to be called when "
                                     "destroy() had returned");
    } else {
        self.function(self.argument);
    }
}

static execz_status
tap_post(const execz_host *host, void (*function)(void *), void *argument)
{
    posted *one;

    if (!lives(host, "post")) {
        return EXECZ_E_STATE;
    }
    one = g_new(posted, 1);
    *one = (posted){tap_of(host), function, argument};
    return real.post(host, call_posted, one);
}

/* ---- the table: runs -------------------------------------------------------------------------- */

static _Thread_local int64_t time_in_bodies;

int64_t
ez_tap_time_in_bodies(void)
{
    return time_in_bodies;
}

/* The executed run times are counted as they end, which is their order, too. */
static void
note_executed(ez_sent *sent, execz_time run_time)
{
    unsigned next = atomic_fetch_add(&sent->executed, 1);

    if (next < sent->n && sent->times[next] != run_time) {
        ez_fault_note(EZ_FAULT_ORDER, "of a run with %u run times it executed number %u as the %u.",
                      sent->n, ez_sent_index(sent, run_time) + 1, next + 1);
    }
}

static execz_status
tap_execute(const execz_host *host, execz_run run, execz_time run_time, const execz_waiter *waiter,
            execz_result *result_out)
{
    ez_sent *sent;
    execz_status status;
    int64_t before;

    if (!lives(host, "execute")) {
        return EXECZ_E_STATE;
    }
    sent = ez_bed_find(tap_of(host)->bed, run);
    if (sent != NULL) {
        atomic_fetch_add(&sent->inside, 1);
    }
    before = ez_world_now();
    status = real.execute(host, run, run_time, waiter, result_out);
    time_in_bodies += ez_world_now() - before;
    if (sent != NULL) {
        atomic_fetch_sub(&sent->inside, 1);
    }
    if (status == EXECZ_E_STATE) {
        ez_fault_note(EZ_FAULT_EXECUTE,
                      "host->execute() was called for %s, and answered EXECZ_E_STATE",
                      sent == NULL
                          ? "a number that is no run"
                          : "a run time that has been executed, or of a run that is finished");
    } else if (sent != NULL) {
        note_executed(sent, run_time);
    }
    return status;
}

/* What is wrong with a finish that the host has refused. */
static void
note_finish(const ez_sent *sent, execz_run run)
{
    if (sent == NULL) {
        ez_fault_note(EZ_FAULT_FINISH_UNKNOWN,
                      "host->finish() was called with %#" PRIx64 ", which no send_task() was given",
                      run);
    } else if (atomic_load(&sent->answered) && sent->answer != EXECZ_OK) {
        ez_fault_note(EZ_FAULT_FINISH_REFUSED,
                      "host->finish() was called for run %#" PRIx64
                      ", for which send_task() had not "
                      "returned EXECZ_OK",
                      run);
    } else if (atomic_load(&sent->closed)) {
        ez_fault_note(EZ_FAULT_FINISH_STALE,
                      "host->finish() was called for run %#" PRIx64 ", which had ended long before",
                      run);
    } else {
        ez_fault_note(EZ_FAULT_FINISH_TWICE, "host->finish() was called twice for run %#" PRIx64,
                      run);
    }
}

static void
look_at_results(const ez_sent *sent, const execz_result *results, uint32_t n)
{
    if (sent == NULL || n == 0) {
        return;
    }
    if (results == NULL || results->size < EXECZ_RESULT_SIZE ||
        results->outcome < EXECZ_OUTCOME_OK || results->outcome > EXECZ_OUTCOME_LOST ||
        ez_sent_index(sent, results->run_time) == sent->n) {
        ez_fault_note(EZ_FAULT_RESULT,
                      "host->finish() was given %u results, of which the first is %s", n,
                      results == NULL                     ? "not there"
                      : results->size < EXECZ_RESULT_SIZE ? "without its size"
                      : results->outcome < EXECZ_OUTCOME_OK || results->outcome > EXECZ_OUTCOME_LOST
                          ? "of an outcome that there is not"
                          : "of a run time that is none of this run's");
    }
}

static execz_status
tap_finish(const execz_host *host, execz_run run, const execz_result *results, uint32_t n)
{
    ez_sent *sent;
    execz_status status;

    if (!lives(host, "finish")) {
        return EXECZ_E_STATE;
    }
    sent = ez_bed_find(tap_of(host)->bed, run);
    if (sent != NULL && atomic_load(&sent->inside) > 0) {
        ez_fault_note(
            EZ_FAULT_FINISH_INSIDE,
            "host->finish() was called while a thread was inside of host->execute() for this run");
    }
    look_at_results(sent, results, n);
    if (sent != NULL) {
        atomic_fetch_add(&sent->finishes, 1); /* first: the loop may end it at once */
        atomic_fetch_add(&sent->finishing, 1);
    }
    status = real.finish(host, run, results, n);
    if (status == EXECZ_E_STATE) {
        note_finish(sent, run);
    }
    ez_world_release();
    if (sent != NULL) {
        atomic_fetch_sub(&sent->finishing, 1);
    }
    return status;
}

typedef struct worker {
    execz_run (*next)(void *user, execz_run done);
    void *user;
} worker;

/* What it has looked at of this run happens before its end. */
static execz_run
tap_next(void *user, execz_run done)
{
    const worker *self = user;
    execz_run run = self->next(self->user, done);

    ez_world_release();
    return run;
}

static void
tap_work(const execz_host *host, execz_run (*next)(void *user, execz_run done), void *user)
{
    worker own = {next, user};
    int64_t before = ez_world_now();

    if (lives(host, "work")) {
        real.work(host, tap_next, &own);
    }
    time_in_bodies += ez_world_now() - before;
}

static execz_status
tap_retract(const execz_host *host, execz_run run)
{
    return lives(host, "retract") ? real.retract(host, run) : EXECZ_E_STATE;
}

static execz_status
tap_interrupt(const execz_host *host, execz_run run)
{
    return lives(host, "interrupt") ? real.interrupt(host, run) : EXECZ_E_STATE;
}

static uint32_t
tap_unfinished(const execz_host *host)
{
    return lives(host, "unfinished") ? real.unfinished(host) : 0;
}

void
ez_tap_note_refused(const ez_sent *sent)
{
    ez_fault_note(EZ_FAULT_FINISH_REFUSED,
                  "host->finish() was called for a run, and then send_task() returned %d for it",
                  (int)sent->answer);
}

/* ---- its life --------------------------------------------------------------------------------- */

ez_tap *
ez_tap_new(ez_bed *bed, ez_executor *executor, const char *alias, const ez_options *options)
{
    ez_tap *self = &taps[n_taps];

    EZ_NEEDED(n_taps < EZ_TAPS);
    n_taps++;
    self->bed = bed;
    ez_host_init(&self->host, &ez_the_world.services, executor, alias, options);
    if (n_taps == 1) {
        real = self->host.abi;
    }
    self->host.abi.log = tap_log;
    self->host.abi.option = tap_option;
    self->host.abi.option_i64 = tap_option_i64;
    self->host.abi.realloc = tap_realloc;
    self->host.abi.post = tap_post;
    self->host.abi.thread = tap_thread;
    self->host.abi.execute = tap_execute;
    self->host.abi.finish = tap_finish;
    self->host.abi.work = tap_work;
    self->host.abi.retract = tap_retract;
    self->host.abi.interrupt = tap_interrupt;
    self->host.abi.unfinished = tap_unfinished;
    return self;
}

void
ez_tap_end(ez_tap *self)
{
    atomic_store(&self->gone, true);
    self->bed = NULL;
    ez_host_deinit(&self->host);
}
