/* SPDX-License-Identifier: MIT */
/* The words that only read: status, list, inspect, timeline. */
#include "daemon/desk.h"

#include "control/fault.h"
#include "control/wire.h"
#include "daemon/desk_history.h"
#include "daemon/spec.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- status --------------------------------------------------------------------------------- */

static const char *
state_name(uint32_t state)
{
    static const char *const names[] = {"stopped", "running", "paused", "shutting down"};

    return state < G_N_ELEMENTS(names) ? names[state] : "unknown";
}

json_t *
ez_desk_status(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    const ez_param params[] = {{NULL}};
    execz_scheduler_info info = {.size = sizeof info};
    bool busy = false;
    json_t *status, *figures;

    (void)caller;
    if (ez_wire_read_params(request, params, err) != EXECZ_OK) {
        return NULL;
    }
    execz_scheduler_get_info(self->scheduler, &info);
    figures = ez_board_ask(self->board, &busy);
    status = json_pack("{s:s, s:i, s:s, s:I, s:I, s:I, s:I, s:I, s:b}", "version", execz_version(),
                       "pid", (int)getpid(), "state", state_name(info.state), "tasks",
                       (json_int_t)info.tasks, "scheduled", (json_int_t)info.scheduled, "paused",
                       (json_int_t)info.paused, "blocked", (json_int_t)info.blocked, "unfinished",
                       (json_int_t)info.unfinished, "loop_is_busy", busy);
    json_object_update_new(status, figures);
    ez_desk_set_text(status, "socket", self->socket);
    ez_desk_set_text(status, "config", self->config);
    ez_desk_set_time(status, "started", self->started);
    ez_desk_set_time(status, "next_run", info.next_run);
    return status;
}

json_t *
ez_desk_metrics(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    const ez_param params[] = {{NULL}};
    char *text;
    json_t *result;

    (void)caller;
    if (ez_wire_read_params(request, params, err) != EXECZ_OK) {
        return NULL;
    }
    text = ez_meter_text(self->meter);
    result = json_pack("{s:s}", "text", text);
    free(text);
    return result;
}

/* ---- list ----------------------------------------------------------------------------------- */

static bool
read_state(const char *name, uint32_t *states_out, execz_error *err)
{
    static const char *const names[] = {"pending", "scheduled", "paused",
                                        "running", "waiting",   "blocked"};
    g_autofree char *meant = NULL;

    if (name == NULL) {
        return true;
    }
    for (uint32_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *states_out = 1u << i;
            return true;
        }
    }
    meant = ez_text_did_you_mean(name, names, G_N_ELEMENTS(names));
    ez_fault_set(err, EXECZ_E_INVAL, "there is no state '%.64s'%s", name, meant);
    return false;
}

static bool
read_sort(const char *name, uint32_t *sort_out, execz_error *err)
{
    static const char *const names[] = {"next_run", "task", "name", "executor"};

    for (uint32_t i = 0; name != NULL && i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *sort_out = i;
            return true;
        }
    }
    if (name != NULL) {
        ez_fault_set(err, EXECZ_E_INVAL,
                     "'%.64s' is no order; there are next_run, task, name and executor", name);
    }
    return name == NULL;
}

/* The answer to a list, as far as it is made. */
typedef struct listing {
    ez_desk *desk;
    ez_caller *caller;
    bool trend, brief;
    size_t part;   /* tasks in a part of it; 0: it is in one */
    json_t *tasks; /* owned; that were not sent yet */
    bool failed;   /* err is filled */
    execz_error *err;
} listing;

/* Parts that have gone out take no memory: a list of ten thousand tasks is made in that of a few. */
static void
add_task(void *user, const execz_task_info *info)
{
    listing *self = user;
    json_t *task;

    if (self->failed) {
        return;
    }
    task = ez_desk_task(info, self->brief);
    ez_desk_add_past(self->desk, task, self->trend);
    json_array_append_new(self->tasks, task);
    if (self->part > 0 && json_array_size(self->tasks) == self->part) {
        json_t *part = json_pack("{s:o}", "tasks", self->tasks);

        self->tasks = json_array();
        self->failed = !self->caller->send(self->caller, part, self->err);
    }
}

json_t *
ez_desk_list(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    execz_task_filter filter = EXECZ_TASK_FILTER_INIT;
    const char *state = NULL, *order = NULL;
    uint32_t sort = EXECZ_SORT_NEXT_RUN;
    int64_t part = 0;
    listing list = {.desk = self, .caller = caller, .err = err};
    const ez_param params[] = {{"state", EZ_PARAM_TEXT, &state, false},
                               {"executor", EZ_PARAM_TEXT, &filter.executor, false},
                               {"prefix", EZ_PARAM_TEXT, &filter.prefix, false},
                               {"text", EZ_PARAM_TEXT, &filter.text, false},
                               {"sort", EZ_PARAM_TEXT, &order, false},
                               {"trend", EZ_PARAM_YES, &list.trend, false},
                               {"brief", EZ_PARAM_YES, &list.brief, false},
                               {"part", EZ_PARAM_COUNT, &part, false},
                               {NULL}};

    if (ez_wire_read_params(request, params, err) != EXECZ_OK ||
        !read_state(state, &filter.states, err) || !read_sort(order, &sort, err)) {
        return NULL;
    }
    list.part = (size_t)part;
    list.tasks = json_array();
    if (execz_scheduler_list_tasks(self->scheduler, &filter, sort, add_task, &list, err) !=
            EXECZ_OK ||
        list.failed) {
        json_decref(list.tasks);
        return NULL;
    }
    return json_pack("{s:o}", "tasks", list.tasks);
}

/* ---- inspect -------------------------------------------------------------------------------- */

#define INSPECT_RUNS_MAX 1000 /* next run times of one answer */

static void
take_task(void *user, const execz_task_info *info)
{
    json_t **task_out = user;

    *task_out = ez_desk_task(info, false);
}

static void
take_spec(void *user, const execz_task_spec *spec)
{
    json_object_update_missing_new(user, ez_spec_json(spec));
}

static json_t *
next_runs(ez_desk *self, const char *id, size_t n)
{
    g_autofree execz_time *times = g_new(execz_time, n + 1);
    json_t *list = json_array();
    size_t n_found = 0;

    if (execz_scheduler_preview_task(self->scheduler, id, times, n, &n_found, NULL) == EXECZ_OK) {
        for (size_t i = 0; i < n_found; i++) {
            g_autofree char *text = ez_text_utc_time(times[i]);

            json_array_append_new(list, json_string(text));
        }
    }
    return list;
}

json_t *
ez_desk_inspect(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    const char *id = NULL;
    int64_t n = 3;
    const ez_param params[] = {
        {"task", EZ_PARAM_TEXT, &id, true}, {"runs", EZ_PARAM_COUNT, &n, false}, {NULL}};
    json_t *task = NULL;

    (void)caller;
    if (ez_wire_read_params(request, params, err) != EXECZ_OK) {
        return NULL;
    }
    if (n > INSPECT_RUNS_MAX) {
        ez_fault_set(err, EXECZ_E_LIMIT, "'runs' is to be at most %d", INSPECT_RUNS_MAX);
        return NULL;
    }
    if (execz_scheduler_get_task(self->scheduler, id, take_task, &task, err) != EXECZ_OK ||
        execz_scheduler_get_task_spec(self->scheduler, id, take_spec, task, err) != EXECZ_OK) {
        json_decref(task);
        return NULL;
    }
    ez_desk_add_past(self, task, true);
    json_object_set_new(task, "next_runs", next_runs(self, id, (size_t)n));
    json_object_set_new(task, "health", ez_desk_health(self, id));
    return task;
}

/* ---- timeline ------------------------------------------------------------------------------- */

#define TIMELINE_COLUMNS_MAX 1000
#define TIMELINE_TASKS_MAX 1000
#define TIMELINE_RUNS_MAX 1000 /* of one task */

typedef struct timeline {
    ez_desk *desk;
    execz_time from;
    execz_time until;
    int64_t columns;
    json_t *tasks; /* owned */
    uint64_t left_out;
} timeline;

/* How many runs of a task fall into each column. */
static void
add_row(void *user, const execz_task_info *info)
{
    timeline *self = user;
    g_autofree execz_time *times = g_new(execz_time, TIMELINE_RUNS_MAX);
    g_autofree int64_t *counts = g_new0(int64_t, (size_t)self->columns);
    json_t *row, *list;
    size_t n = 0;

    if (info->next_run == EXECZ_TIME_NEVER || info->next_run >= self->until) {
        return;
    }
    if (json_array_size(self->tasks) == TIMELINE_TASKS_MAX) {
        self->left_out++;
        return;
    }
    (void)execz_scheduler_preview_task(self->desk->scheduler, info->id, times, TIMELINE_RUNS_MAX,
                                       &n, NULL);
    for (size_t i = 0; i < n && times[i] < self->until; i++) {
        execz_time since = MAX(0, times[i] - self->from);
        double share = (double)since / (double)(self->until - self->from);

        counts[MIN((int64_t)(share * (double)self->columns), self->columns - 1)]++;
    }
    list = json_array();
    for (int64_t i = 0; i < self->columns; i++) {
        json_array_append_new(list, json_integer(counts[i]));
    }
    row = json_pack("{s:s, s:o}", "task", info->id, "counts", list);
    if (n == TIMELINE_RUNS_MAX && times[n - 1] < self->until) {
        ez_desk_set_time(row, "counted_until", times[n - 1]);
    }
    json_array_append_new(self->tasks, row);
}

json_t *
ez_desk_timeline(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    execz_task_filter filter = EXECZ_TASK_FILTER_INIT;
    timeline line = {.desk = self, .columns = 48};
    int64_t seconds = 24 * 3600;
    const ez_param params[] = {{"seconds", EZ_PARAM_COUNT, &seconds, false},
                               {"columns", EZ_PARAM_COUNT, &line.columns, false},
                               {"prefix", EZ_PARAM_TEXT, &filter.prefix, false},
                               {"text", EZ_PARAM_TEXT, &filter.text, false},
                               {NULL}};
    struct timespec now;
    json_t *result;

    (void)caller;
    if (ez_wire_read_params(request, params, err) != EXECZ_OK) {
        return NULL;
    }
    if (line.columns < 1 || line.columns > TIMELINE_COLUMNS_MAX || seconds < 1 ||
        seconds > 366 * 86400) {
        ez_fault_set(err, EXECZ_E_LIMIT,
                     "'columns' is to be 1 to %d, and 'seconds' 1 to a year of 366 days",
                     TIMELINE_COLUMNS_MAX);
        return NULL;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    line.from = now.tv_sec * EXECZ_SECOND + now.tv_nsec;
    line.until = line.from + seconds * EXECZ_SECOND;
    line.tasks = json_array();
    if (execz_scheduler_list_tasks(self->scheduler, &filter, EXECZ_SORT_NEXT_RUN, add_row, &line,
                                   err) != EXECZ_OK) {
        json_decref(line.tasks);
        return NULL;
    }
    result = json_pack("{s:o, s:I}", "tasks", line.tasks, "left_out", (json_int_t)line.left_out);
    ez_desk_set_time(result, "from", line.from);
    ez_desk_set_time(result, "until", line.until);
    return result;
}
