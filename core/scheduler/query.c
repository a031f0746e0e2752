/* SPDX-License-Identifier: MIT */
#include "scheduler/query.h"

#include "base/error.h"
#include "scheduler/modify.h"
#include "scheduler/pause.h"
#include "task/spec.h"

#include <string.h>

/* ---- one task -------------------------------------------------------------------------------- */

/* A task at one moment, and what keeps its texts. */
typedef struct snapshot {
    execz_task_info info;
    ez_task *task; /* a reference */
    char *blocked; /* owned, as the next */
    char *paused_reason;
} snapshot;

static void
snapshot_clear(void *data)
{
    snapshot *self = data;

    ez_task_unref(self->task);
    g_free(self->blocked);
    g_free(self->paused_reason);
}

static uint32_t
states_of(const ez_entry *entry)
{
    bool waits = atomic_load(&entry->waits);
    uint32_t states = 0;

    states |= entry->trigger == NULL && !entry->paused ? EXECZ_TASK_PENDING : 0;
    states |= entry->paused ? EXECZ_TASK_PAUSED : 0;
    states |= ez_heap_holds(&entry->node) && !entry->paused ? EXECZ_TASK_SCHEDULED : 0;
    states |= atomic_load(&entry->instances) > 0 ? EXECZ_TASK_RUNNING : 0;
    states |= entry->blocked != NULL ? EXECZ_TASK_BLOCKED : 0;
    states |= waits && entry->blocked == NULL ? EXECZ_TASK_WAITING : 0;
    return states;
}

static void
take_locked(execz_scheduler *self, ez_entry *entry, snapshot *out)
{
    ez_task *task = ez_modify_newest_locked(self, entry);
    const ez_pause *pause = ez_pause_find_locked(self, entry);
    execz_time last = atomic_load(&entry->last);

    out->task = ez_task_ref(task);
    out->blocked = g_strdup(entry->blocked);
    out->paused_reason = pause == NULL ? NULL : g_strdup(pause->reason);
    out->info = (execz_task_info){
        .size = sizeof out->info,
        .states = states_of(entry),
        .id = task->id,
        .name = ez_task_name(task),
        .executor = task->plan->executor,
        .trigger = task->schedule->text,
        .timezone = task->schedule->timezone,
        .function = task->plan->abi.function,
        .next_run = EXECZ_TIME_NEVER,
        .last_end = last & ~INT64_C(15),
        .last_outcome = (uint32_t)(last & 15),
        .instances = atomic_load(&entry->instances),
        .paused_reason = out->paused_reason,
        .paused_until = pause == NULL ? EXECZ_TIME_NEVER : pause->until,
        .blocked = out->blocked,
    };
    if ((out->info.states & EXECZ_TASK_SCHEDULED) != 0) {
        out->info.next_run = ez_entry_due(entry);
    }
}

execz_status
execz_scheduler_get_task(execz_scheduler *self, const char *id, execz_task_function task,
                         void *user, execz_error *err)
{
    snapshot taken;
    ez_entry *entry;

    pthread_mutex_lock(&self->lock);
    entry = ez_scheduler_find_entry_locked(self, id, err);
    if (entry != NULL) {
        take_locked(self, entry, &taken);
    }
    pthread_mutex_unlock(&self->lock);
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    task(user, &taken.info);
    snapshot_clear(&taken);
    return EXECZ_OK;
}

execz_status
execz_scheduler_get_task_spec(execz_scheduler *self, const char *id, execz_spec_function spec,
                              void *user, execz_error *err)
{
    ez_task *task = NULL;
    execz_task_spec told;
    ez_entry *entry;

    pthread_mutex_lock(&self->lock);
    entry = ez_scheduler_find_entry_locked(self, id, err);
    if (entry != NULL) {
        task = ez_task_ref(ez_modify_newest_locked(self, entry));
    }
    pthread_mutex_unlock(&self->lock);
    if (task == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    ez_task_get_spec(task, &told);
    spec(user, &told);
    ez_task_unref(task);
    return EXECZ_OK;
}

/* ---- filters --------------------------------------------------------------------------------- */

execz_status
ez_query_read_filter(const execz_task_filter *filter, execz_task_filter *filter_out,
                     execz_error *err)
{
    *filter_out = (execz_task_filter)EXECZ_TASK_FILTER_INIT;
    if (filter != NULL) {
        memcpy(filter_out, filter, MIN(filter->size, sizeof *filter_out));
    }
    if ((filter_out->states & ~EXECZ_TASK_ALL_STATES) != 0) {
        return ez_fail(err, EXECZ_E_INVAL, "0x%x has a state that tasks do not have",
                       filter_out->states);
    }
    return EXECZ_OK;
}

static bool
contains(const char *text, const char *part)
{
    size_t length = strlen(part);

    for (; strlen(text) >= length; text++) {
        if (g_ascii_strncasecmp(text, part, length) == 0) {
            return true;
        }
    }
    return false;
}

bool
ez_query_matches_locked(execz_scheduler *self, const execz_task_filter *filter, ez_entry *entry)
{
    const ez_task *task = ez_modify_newest_locked(self, entry);

    return (filter->states == 0 || (filter->states & states_of(entry)) != 0) &&
           (filter->executor == NULL || g_str_equal(filter->executor, task->plan->executor)) &&
           (filter->prefix == NULL || g_str_has_prefix(task->id, filter->prefix)) &&
           (filter->text == NULL || contains(task->id, filter->text) ||
            contains(ez_task_name(task), filter->text));
}

/* ---- lists ----------------------------------------------------------------------------------- */

static int
compare(const void *a, const void *b, void *user)
{
    const execz_task_info *one = &((const snapshot *)a)->info;
    const execz_task_info *other = &((const snapshot *)b)->info;
    uint32_t sort = *(const uint32_t *)user;
    int order = 0;

    switch (sort & ~EXECZ_SORT_DESCENDING) {
    case EXECZ_SORT_NEXT_RUN:
        order = (one->next_run > other->next_run) - (one->next_run < other->next_run);
        break;
    case EXECZ_SORT_NAME:
        order = strcmp(one->name, other->name);
        break;
    case EXECZ_SORT_EXECUTOR:
        order = strcmp(one->executor, other->executor);
        break;
    default:
        break;
    }
    if (order == 0) {
        order = strcmp(one->id, other->id);
    }
    return (sort & EXECZ_SORT_DESCENDING) != 0 ? -order : order;
}

/* What is looked for, and what was found. */
typedef struct query {
    const execz_task_filter *filter;
    GArray *found; /* owned; of snapshot */
} query;

static void
take_if_it_matches(execz_scheduler *self, ez_entry *entry, void *user)
{
    query *wanted = user;
    snapshot one;

    if (ez_query_matches_locked(self, wanted->filter, entry)) {
        take_locked(self, entry, &one);
        g_array_append_val(wanted->found, one);
    }
}

static GArray *
take_matching(execz_scheduler *self, const execz_task_filter *filter)
{
    query wanted = {filter, g_array_new(FALSE, FALSE, sizeof(snapshot))};

    g_array_set_clear_func(wanted.found, snapshot_clear);
    ez_scheduler_walk(self, take_if_it_matches, &wanted);
    return wanted.found;
}

execz_status
execz_scheduler_list_tasks(execz_scheduler *self, const execz_task_filter *filter, uint32_t sort,
                           execz_task_function task, void *user, execz_error *err)
{
    execz_task_filter read;
    g_autoptr(GArray) all = NULL;
    execz_status status = ez_query_read_filter(filter, &read, err);

    if (status != EXECZ_OK) {
        return status;
    }
    if ((sort & ~EXECZ_SORT_DESCENDING) > EXECZ_SORT_EXECUTOR) {
        return ez_fail(err, EXECZ_E_INVAL, "tasks cannot be sorted by 0x%x; use EXECZ_SORT_*",
                       sort);
    }
    all = take_matching(self, &read);
    g_array_sort_with_data(all, compare, &sort);
    for (guint i = 0; i < all->len; i++) {
        task(user, &g_array_index(all, snapshot, i).info);
    }
    return EXECZ_OK;
}
