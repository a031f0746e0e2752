/* SPDX-License-Identifier: MIT */
#include "daemon/trends.h"

#include <pthread.h>
#include <string.h>

#include <glib.h>

#define NEWEST 20000u /* ends of all tasks that are looked through at the start */
#define MISSING 1000u /* tasks that are not among those, and looked for one by one */

#define HEARD (EXECZ_EVENT_TERMINAL | EXECZ_EVENT_TASK_MAX_INSTANCES | EXECZ_EVENT_TASK_REMOVED)

struct ez_trends {
    execz_scheduler *scheduler;
    uint64_t listener;

    pthread_mutex_t lock;
    GHashTable *by_task; /* guarded by lock; id -> ez_trend, both owned */
};

static char
mark_of(uint32_t outcome)
{
    static const char marks[] = "?.EMCTLS";

    return marks[outcome < sizeof marks - 1 ? outcome : 0];
}

static ez_trend *
need_locked(ez_trends *self, const char *task)
{
    ez_trend *trend = g_hash_table_lookup(self->by_task, task);

    if (trend == NULL) {
        trend = g_new0(ez_trend, 1);
        g_hash_table_insert(self->by_task, g_strdup(task), trend);
    }
    return trend;
}

static void
note_last(ez_trend *trend, uint32_t outcome, execz_time end)
{
    if (outcome != EXECZ_OUTCOME_SKIPPED) {
        trend->outcome = outcome;
        trend->end = end;
    }
}

/* ---- what ends ------------------------------------------------------------------------------ */

static void
add_newer_locked(ez_trends *self, const execz_event *event)
{
    ez_trend *trend = need_locked(self, event->task);
    size_t length = strlen(trend->marks);
    uint32_t outcome =
        event->result == NULL ? EXECZ_OUTCOME_SKIPPED : (uint32_t)event->result->outcome;

    if (length == EZ_TREND_LENGTH) {
        memmove(trend->marks, trend->marks + 1, --length);
    }
    trend->marks[length] = mark_of(outcome);
    trend->marks[length + 1] = '\0';
    note_last(trend, outcome, event->time);
}

static void
hear(void *user, const execz_event *event)
{
    ez_trends *self = user;

    pthread_mutex_lock(&self->lock);
    if (event->code == EXECZ_EVENT_TASK_REMOVED) {
        g_hash_table_remove(self->by_task, event->task);
    } else {
        add_newer_locked(self, event);
    }
    pthread_mutex_unlock(&self->lock);
}

/* ---- what has ended ------------------------------------------------------------------------- */

/* The newest comes first. */
static void
add_older(void *user, const execz_history_record *record)
{
    ez_trend *trend = need_locked(user, record->task);
    size_t length = strlen(trend->marks);

    if (length < EZ_TREND_LENGTH) {
        memmove(trend->marks + 1, trend->marks, length + 1);
        trend->marks[0] = mark_of(record->outcome);
    }
    if (trend->outcome == 0) {
        note_last(trend, record->outcome, record->finished);
    }
}

typedef struct missing {
    ez_trends *trends;
    GPtrArray *tasks; /* of char *, owned */
} missing;

static void
note_missing(void *user, const execz_task_info *info)
{
    missing *self = user;

    if (self->tasks->len < MISSING && !g_hash_table_contains(self->trends->by_task, info->id)) {
        g_ptr_array_add(self->tasks, g_strdup(info->id));
    }
}

/* Nobody else knows it yet, so the lock is not needed. */
static void
read_history(ez_trends *self, execz_time started)
{
    execz_history_filter filter = EXECZ_HISTORY_FILTER_INIT;
    missing those = {self, g_ptr_array_new_with_free_func(g_free)};

    filter.until = started;
    filter.limit = NEWEST;
    (void)execz_scheduler_history(self->scheduler, &filter, add_older, self, NULL);
    if (g_hash_table_size(self->by_task) > 0) {
        (void)execz_scheduler_list_tasks(self->scheduler, NULL, EXECZ_SORT_ID, note_missing, &those,
                                         NULL);
    }
    filter.limit = EZ_TREND_LENGTH;
    for (guint i = 0; i < those.tasks->len; i++) {
        filter.task = those.tasks->pdata[i];
        (void)execz_scheduler_history(self->scheduler, &filter, add_older, self, NULL);
    }
    g_ptr_array_unref(those.tasks);
}

/* ---- life ----------------------------------------------------------------------------------- */

ez_trends *
ez_trends_new(execz_scheduler *scheduler, execz_time started)
{
    ez_trends *self = g_new0(ez_trends, 1);

    self->scheduler = scheduler;
    self->by_task = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    pthread_mutex_init(&self->lock, NULL);
    read_history(self, started);
    self->listener = execz_scheduler_add_listener(scheduler, HEARD, hear, self);
    return self;
}

void
ez_trends_free(ez_trends *self)
{
    if (self != NULL) {
        (void)execz_scheduler_remove_listener(self->scheduler, self->listener, NULL);
        g_hash_table_unref(self->by_task);
        pthread_mutex_destroy(&self->lock);
        g_free(self);
    }
}

bool
ez_trends_find(ez_trends *self, const char *task, ez_trend *trend_out)
{
    const ez_trend *found;

    pthread_mutex_lock(&self->lock);
    found = g_hash_table_lookup(self->by_task, task);
    if (found != NULL) {
        *trend_out = *found;
    }
    pthread_mutex_unlock(&self->lock);
    return found != NULL;
}
