/* SPDX-License-Identifier: MIT */
/* How run times have ended: the word history, and what list and inspect tell of the past. */
#include "daemon/desk_history.h"

#include "control/fault.h"
#include "control/wire.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY_LIMIT 100       /* records in an answer, if the request does not say */
#define HISTORY_LIMIT_MAX 10000 /* beyond it is an error */
#define HISTORY_WAIT_MAX 3600   /* seconds for a run to end */

static const char *const outcome_names[] = {NULL,        "ok",      "error", "missed",
                                            "cancelled", "timeout", "lost",  "skipped"};

static const char *
outcome_name(uint32_t outcome)
{
    return outcome < G_N_ELEMENTS(outcome_names) && outcome > 0 ? outcome_names[outcome]
                                                                : "unknown";
}

/* ---- one record ----------------------------------------------------------------------------- */

static void
set_bytes(json_t *object, const char *key, const char *bytes, uint64_t length)
{
    if (bytes != NULL) {
        g_autofree char *valid = g_utf8_make_valid(bytes, (gssize)length);

        json_object_set_new(object, key, json_string(valid));
    }
}

static void
set_integer(json_t *object, const char *key, int64_t value)
{
    json_object_set_new(object, key, json_integer(value));
}

static void
set_use(json_t *object, const execz_history_record *record)
{
    if (record->started != 0) {
        json_object_set_new(object, "took",
                            json_real((double)(record->finished - record->started) / 1e9));
    }
    if (record->cpu_user + record->cpu_system > 0) {
        json_object_set_new(object, "cpu",
                            json_real((double)(record->cpu_user + record->cpu_system) / 1e9));
    }
    if (record->max_rss > 0) {
        set_integer(object, "max_rss", (int64_t)record->max_rss);
    }
}

static json_t *
record_json(const execz_history_record *record)
{
    static const char *const sources[] = {NULL, "schedule", "manual", "retry"};
    json_t *object = json_object();
    g_autofree char *run = g_strdup_printf("%016" PRIx64, record->run);

    set_integer(object, "id", (int64_t)record->id);
    ez_desk_set_text(object, "task", record->task);
    ez_desk_set_text(object, "run", record->run == 0 ? NULL : run);
    ez_desk_set_text(object, "executor", record->executor);
    ez_desk_set_text(object, "outcome", outcome_name(record->outcome));
    ez_desk_set_time(object, "scheduled", record->scheduled);
    ez_desk_set_time(object, "submitted", record->submitted);
    ez_desk_set_time(object, "started", record->started);
    ez_desk_set_time(object, "finished", record->finished);
    set_integer(object, "attempt", record->attempt);
    if (record->source > 0 && record->source < G_N_ELEMENTS(sources)) {
        ez_desk_set_text(object, "source", sources[record->source]);
    }
    if (record->coalesced > 0) {
        set_integer(object, "coalesced", (int64_t)record->coalesced);
    }
    if (record->started != 0 && record->exit_status >= 0) {
        set_integer(object, "exit_status", record->exit_status);
    }
    if (record->signal != 0) {
        set_integer(object, "signal", record->signal);
    }
    set_use(object, record);
    ez_desk_set_text(object, "message", record->message);
    ez_desk_set_text(object, "value", record->value);
    set_bytes(object, "output", record->output, record->output_length);
    if (record->output_dropped > 0) {
        set_integer(object, "output_dropped", (int64_t)record->output_dropped);
    }
    return object;
}

/* ---- history -------------------------------------------------------------------------------- */

static bool
read_outcome(const char *name, uint32_t *outcomes_out, execz_error *err)
{
    g_autofree char *meant = NULL;

    if (name == NULL) {
        return true;
    }
    if (strcmp(name, "failed") == 0) {
        *outcomes_out = EXECZ_HISTORY_FAILED;
        return true;
    }
    for (uint32_t i = 1; i < G_N_ELEMENTS(outcome_names); i++) {
        if (strcmp(outcome_names[i], name) == 0) {
            *outcomes_out = EXECZ_HISTORY_OF(i);
            return true;
        }
    }
    meant = ez_text_did_you_mean(name, outcome_names + 1, G_N_ELEMENTS(outcome_names) - 1);
    ez_fault_set(err, EXECZ_E_INVAL, "there is no outcome '%.64s'%s", name, meant);
    return false;
}

static bool
read_time(const char *name, const char *text, execz_time *time_out, execz_error *err)
{
    if (text == NULL || ez_text_parse_utc_time(text, time_out)) {
        return true;
    }
    ez_fault_set(err, EXECZ_E_INVAL,
                 "'%s' is to be a time in UTC like 2027-01-31T09:00:00Z, not '%.64s'", name, text);
    return false;
}

/* Records that were found. */
typedef struct finding {
    json_t *records; /* owned */
    uint64_t after;  /* only those of a greater id */
} finding;

static void
add_record(void *user, const execz_history_record *record)
{
    finding *self = user;

    if (record->id > self->after) {
        json_array_append_new(self->records, record_json(record));
    }
}

static void
note_newest(void *user, const execz_history_record *record)
{
    *(uint64_t *)user = record->id;
}

/* Is there none that could be told?  Who waits is asked after often. */
static bool
is_nothing_new(const ez_desk *self, const execz_history_filter *filter, uint64_t after)
{
    execz_history_filter newest = *filter;
    uint64_t id = 0;

    newest.limit = 1;
    newest.output = 0;
    return execz_scheduler_history(self->scheduler, &newest, note_newest, &id, NULL) == EXECZ_OK &&
           id <= after;
}

json_t *
ez_desk_history(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    execz_history_filter filter = EXECZ_HISTORY_FILTER_INIT;
    const char *outcome = NULL, *since = NULL, *until = NULL;
    int64_t limit = HISTORY_LIMIT, before = 0, after = 0, id = 0, wait = 0;
    bool output = false;
    const ez_param params[] = {{"task", EZ_PARAM_TEXT, &filter.task, false},
                               {"outcome", EZ_PARAM_TEXT, &outcome, false},
                               {"since", EZ_PARAM_TEXT, &since, false},
                               {"until", EZ_PARAM_TEXT, &until, false},
                               {"before", EZ_PARAM_COUNT, &before, false},
                               {"after", EZ_PARAM_COUNT, &after, false},
                               {"wait", EZ_PARAM_COUNT, &wait, false},
                               {"record", EZ_PARAM_COUNT, &id, false},
                               {"limit", EZ_PARAM_COUNT, &limit, false},
                               {"output", EZ_PARAM_YES, &output, false},
                               {NULL}};
    finding found;

    if (ez_wire_read_params(request, params, err) != EXECZ_OK ||
        !read_outcome(outcome, &filter.outcomes, err) ||
        !read_time("since", since, &filter.since, err) ||
        !read_time("until", until, &filter.until, err)) {
        return NULL;
    }
    if (limit < 1 || limit > HISTORY_LIMIT_MAX) {
        ez_fault_set(err, EXECZ_E_LIMIT, "'limit' is to be 1 to %d", HISTORY_LIMIT_MAX);
        return NULL;
    }
    if (wait > HISTORY_WAIT_MAX) {
        ez_fault_set(err, EXECZ_E_LIMIT, "'wait' is to be 0 to %d seconds", HISTORY_WAIT_MAX);
        return NULL;
    }
    filter.limit = (uint32_t)limit;
    filter.before = (uint64_t)before;
    filter.id = (uint64_t)id;
    filter.output = output;
    found = (finding){json_array(), (uint64_t)after};
    if (wait > 0 && is_nothing_new(self, &filter, found.after)) {
        caller->wait = wait * EXECZ_SECOND;
    } else if (execz_scheduler_history(self->scheduler, &filter, add_record, &found, err) !=
               EXECZ_OK) {
        json_decref(found.records);
        return NULL;
    }
    return json_pack("{s:o}", "records", found.records);
}

/* ---- health --------------------------------------------------------------------------------- */

#define HEALTH_RECORDS 1000u /* the newest of one task */

typedef struct health {
    GArray *took; /* of execz_duration, of those that ran */
    uint64_t n;
    uint64_t failed;
} health;

static void
add_to_health(void *user, const execz_history_record *record)
{
    health *self = user;
    execz_duration took = record->finished - record->started;

    self->n++;
    self->failed += record->outcome != EXECZ_OUTCOME_OK;
    if (record->started != 0) {
        g_array_append_val(self->took, took);
    }
}

static int
compare_durations(const void *a, const void *b)
{
    execz_duration one = *(const execz_duration *)a, other = *(const execz_duration *)b;

    return (one > other) - (one < other);
}

static double
share_of(const GArray *sorted, unsigned percent)
{
    guint at = (sorted->len - 1) * percent / 100;

    return (double)g_array_index(sorted, execz_duration, at) / 1e9;
}

json_t *
ez_desk_health(ez_desk *self, const char *task)
{
    g_autoptr(GArray) took = g_array_new(FALSE, FALSE, sizeof(execz_duration));
    health found = {took, 0, 0};
    execz_history_filter filter = EXECZ_HISTORY_FILTER_INIT;
    json_t *result;

    filter.task = task;
    filter.limit = HEALTH_RECORDS;
    (void)execz_scheduler_history(self->scheduler, &filter, add_to_health, &found, NULL);
    result =
        json_pack("{s:I, s:I}", "runs", (json_int_t)found.n, "not_ok", (json_int_t)found.failed);
    if (took->len > 0) {
        g_array_sort(took, compare_durations);
        json_object_set_new(result, "took_median", json_real(share_of(took, 50)));
        json_object_set_new(result, "took_95", json_real(share_of(took, 95)));
    }
    return result;
}
