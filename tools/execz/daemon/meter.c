/* SPDX-License-Identifier: MIT */
#include "daemon/meter.h"

#include "daemon/histogram.h"

#include <inttypes.h>
#include <string.h>

#include <execz/execz.h>

struct ez_meter {
    execz_scheduler *scheduler;
    ez_board *board;
    execz_time started;
    uint64_t listener;

    /* Written by the loop, read by any thread. */
    atomic_uint_fast64_t ends[EXECZ_OUTCOME_SKIPPED + 1];
    atomic_uint_fast64_t coalesced;
    atomic_uint_fast64_t retries;
    ez_histogram lateness;
    ez_histogram duration;
};

/* ---- counting ------------------------------------------------------------------------------- */

static void
add(atomic_uint_fast64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void
count_end(ez_meter *self, const execz_event *event)
{
    const execz_result *result = event->result;
    uint32_t outcome = result->outcome <= EXECZ_OUTCOME_SKIPPED ? result->outcome : 0;

    add(&self->ends[outcome], event->n_run_times);
    if (result->started == 0) {
        return;
    }
    ez_histogram_add(&self->duration, result->finished - result->started);
    if (event->attempt == 1 && event->source == EXECZ_SOURCE_SCHEDULE) {
        ez_histogram_add(&self->lateness, result->started - result->run_time);
    }
}

static void
hear(void *user, const execz_event *event)
{
    ez_meter *self = user;

    if (event->code == EXECZ_EVENT_TASK_RETRY) {
        add(&self->retries, 1);
        return;
    }
    add(&self->coalesced, event->coalesced);
    if (event->code == EXECZ_EVENT_TASK_MAX_INSTANCES) {
        add(&self->ends[EXECZ_OUTCOME_SKIPPED], event->n_run_times);
    } else if (event->result != NULL) {
        count_end(self, event);
    }
}

/* ---- telling -------------------------------------------------------------------------------- */

static void
head(GString *out, const char *name, const char *type, const char *help)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
whole(GString *out, const char *name, const char *type, uint64_t value, const char *help)
{
    head(out, name, type, help);
    g_string_append_printf(out, "%s %" PRIu64 "\n", name, value);
}

/* A point in time; 0 and NEVER are none. */
static void
moment(GString *out, const char *name, execz_time time, const char *help)
{
    if (time != 0 && time != EXECZ_TIME_NEVER) {
        head(out, name, "gauge", help);
        g_string_append_printf(out, "%s %" PRId64 ".%03" PRId64 "\n", name, time / EXECZ_SECOND,
                               time % EXECZ_SECOND / EXECZ_MILLISECOND);
    }
}

static uint64_t
read_counter(const atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void
append_scheduler(const ez_meter *self, GString *out)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self->scheduler, &info);
    head(out, "execz_build_info", "gauge", "The version that runs, as a label; always 1.");
    g_string_append_printf(out, "execz_build_info{version=\"%s\"} 1\n", execz_version());
    moment(out, "execz_start_time_seconds", self->started, "When the scheduler was started.");
    whole(out, "execz_paused", "gauge", info.state == EXECZ_STATE_PAUSED,
          "Whether the scheduler as a whole is paused.");
    whole(out, "execz_shutting_down", "gauge", info.state == EXECZ_STATE_SHUTTING_DOWN,
          "Whether it takes no more work and lets what runs end.");
    whole(out, "execz_tasks", "gauge", info.tasks, "Tasks that it holds.");
    whole(out, "execz_tasks_scheduled", "gauge", info.scheduled, "Tasks with a next run time.");
    whole(out, "execz_tasks_paused", "gauge", info.paused, "Tasks that are paused.");
    whole(out, "execz_tasks_blocked", "gauge", info.blocked,
          "Tasks that are due and miss something.");
    whole(out, "execz_runs_unfinished", "gauge", info.unfinished,
          "Runs submitted, or waiting to be.");
    moment(out, "execz_next_run_time_seconds", info.next_run, "When a task is due next.");
}

static void
append_runs(const ez_meter *self, GString *out)
{
    head(out, "execz_runs_total", "counter", "Run times that have ended, by how.");
    for (uint32_t i = EXECZ_OUTCOME_OK; i <= EXECZ_OUTCOME_SKIPPED; i++) {
        g_string_append_printf(out, "execz_runs_total{outcome=\"%s\"} %" PRIu64 "\n",
                               i == EXECZ_OUTCOME_SKIPPED ? "skipped" : execz_outcome_name(i),
                               read_counter(&self->ends[i]));
    }
    whole(out, "execz_run_times_coalesced_total", "counter", read_counter(&self->coalesced),
          "Run times that a later one has covered.");
    whole(out, "execz_run_retries_total", "counter", read_counter(&self->retries),
          "Attempts that have failed and are followed by another.");
    head(out, "execz_run_lateness_seconds", "histogram",
         "From when a scheduled run time was due until its body began.");
    ez_histogram_append(&self->lateness, "execz_run_lateness_seconds", out);
    head(out, "execz_run_duration_seconds", "histogram", "How long bodies took.");
    ez_histogram_append(&self->duration, "execz_run_duration_seconds", out);
}

/* ---- executors and store -------------------------------------------------------------------- */

static double
number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void
append_number(GString *out, double value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(out, g_ascii_formatd(number, sizeof number, "%.17g", value));
    g_string_append_c(out, '\n');
}

/* One sample for each executor; key NULL: whether it takes tasks.  An alias needs no escapes. */
static void
per_executor(GString *out, const json_t *executors, const char *name, const char *type,
             const char *key, const char *help)
{
    const json_t *one;
    size_t i;

    head(out, name, type, help);
    json_array_foreach(executors, i, one)
    {
        g_string_append_printf(out, "%s{executor=\"%s\"} ", name,
                               json_string_value(json_object_get(one, "alias")));
        append_number(out, key != NULL ? number_of(one, key)
                                       : json_object_get(one, "unavailable") == NULL);
    }
}

static void
append_executors(const json_t *executors, GString *out)
{
    static const char *const figures[][4] = {
        {"execz_executor_up", "gauge", NULL, "Whether it takes tasks."},
        {"execz_executor_workers", "gauge", "workers", "Threads or processes it has."},
        {"execz_executor_workers_busy", "gauge", "busy", "Of them those that run a body."},
        {"execz_executor_runs_queued", "gauge", "queued", "Runs accepted that have not begun."},
        {"execz_executor_runs_unfinished", "gauge", "unfinished", "Runs it has."},
        {"execz_executor_runs_accepted_total", "counter", "accepted", "Runs it has taken."},
        {"execz_executor_runs_refused_total", "counter", "refused",
         "Runs it had no room for, which were sent again later."},
        {"execz_executor_wait_seconds_total", "counter", "waited",
         "What runs have waited in it before they began."},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        per_executor(out, executors, figures[i][0], figures[i][1], figures[i][2], figures[i][3]);
    }
}

static void
append_store(const json_t *store, GString *out)
{
    uint64_t commits = (uint64_t)number_of(store, "commits");

    if (!json_is_true(json_object_get(store, "durable"))) {
        return;
    }
    whole(out, "execz_store_up", "gauge", !json_is_true(json_object_get(store, "fails")),
          "Whether the store takes what is to be kept.");
    head(out, "execz_store_commit_seconds", "summary", "Commits, and what they took.");
    g_string_append(out, "execz_store_commit_seconds_sum ");
    append_number(out, number_of(store, "commit_time"));
    g_string_append_printf(out, "execz_store_commit_seconds_count %" PRIu64 "\n", commits);
    whole(out, "execz_store_commit_failures_total", "counter",
          (uint64_t)number_of(store, "failures"), "Commits that the store has refused.");
    whole(out, "execz_store_changes_waiting", "gauge", (uint64_t)number_of(store, "waiting"),
          "Changes that are not written, because the store fails.");
    whole(out, "execz_store_tasks_quarantined", "gauge", (uint64_t)number_of(store, "quarantined"),
          "Tasks whose record cannot be read.");
    whole(out, "execz_events_lost_total", "counter", (uint64_t)number_of(store, "lost"),
          "Ends of runs that are not in the history, for the store failed too long.");
}

char *
ez_meter_text(ez_meter *self)
{
    GString *out = g_string_new(NULL);
    bool busy = false;
    json_t *figures = ez_board_ask(self->board, &busy);

    append_scheduler(self, out);
    append_runs(self, out);
    append_executors(json_object_get(figures, "executors"), out);
    append_store(json_object_get(figures, "store"), out);
    whole(out, "execz_loop_busy", "gauge", busy,
          "Whether the loop is inside of a task, so that figures of executors and store are old.");
    json_decref(figures);
    return g_string_free(out, FALSE);
}

/* ---- life ----------------------------------------------------------------------------------- */

ez_meter *
ez_meter_new(execz_scheduler *scheduler, ez_board *board, execz_time started)
{
    ez_meter *self = g_new0(ez_meter, 1);

    self->scheduler = scheduler;
    self->board = board;
    self->started = started;
    self->listener = execz_scheduler_add_listener(
        scheduler, EXECZ_EVENT_TERMINAL | EXECZ_EVENT_TASK_MAX_INSTANCES | EXECZ_EVENT_TASK_RETRY,
        hear, self);
    return self;
}

void
ez_meter_free(ez_meter *self)
{
    if (self != NULL) {
        (void)execz_scheduler_remove_listener(self->scheduler, self->listener, NULL);
        g_free(self);
    }
}
