/* SPDX-License-Identifier: MIT */
#include "scheduler/removal.h"

#include "base/error.h"
#include "scheduler/held.h"
#include "scheduler/result.h"
#include "scheduler/tell.h"
#include "scheduler/upgrade.h"

static const int64_t look_again_after = 5 * EXECZ_MILLISECOND;
static const int64_t join_within = 5 * EXECZ_SECOND;
/* What a thread posted as its last act may post something itself, but hardly more often. */
enum { POSTING_ROUNDS = 8 };

/* ---- asking for it --------------------------------------------------------------------------- */

static ez_executor_place *
find_leaving_locked(execz_scheduler *self, const char *alias)
{
    for (GList *at = self->leaving.head; at != NULL; at = at->next) {
        ez_executor_place *place = at->data;

        if (g_str_equal(ez_executor_alias(place->executor), alias)) {
            return place;
        }
    }
    return NULL;
}

execz_status
execz_scheduler_remove_executor(execz_scheduler *self, const char *alias, uint32_t flags,
                                execz_error *err)
{
    ez_executor_place *place;

    if (!ez_task_check_id("executor alias", alias, err)) {
        return EXECZ_E_INVAL;
    }
    pthread_mutex_lock(&self->lock);
    place = g_hash_table_lookup(self->places, alias);
    if (place != NULL) {
        g_hash_table_steal(self->places, alias);
        g_queue_remove(&self->new_executors, place);
        g_queue_push_tail(&self->leaving, place);
        place->leaving = true;
    } else {
        place = find_leaving_locked(self, alias);
    }
    if (place != NULL) {
        place->leave_flags |= flags & EXECZ_SHUTDOWN_CANCEL;
    }
    pthread_mutex_unlock(&self->lock);
    if (place == NULL) {
        return ez_fail(err, EXECZ_E_NOT_FOUND, "there is no executor '%s'", alias);
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

/* ---- its steps ------------------------------------------------------------------------------- */

static void
begin(execz_scheduler *self, ez_executor_place *place)
{
    place->leave_begun = true;
    ez_upgrade_drop_next(self, place);
    self->recent = NULL; /* no more of this one */
    ez_log_write(&self->log, EXECZ_LOG_INFO, "executor %s executor=%s: %u runs go on",
                 place->replaced ? "replaced" : "removed", ez_executor_alias(place->executor),
                 *ez_executor_unfinished(place->executor));
    ez_executor_shutdown(place->executor, 0, EXECZ_NO_DEADLINE);
    ez_held_disperse(self, place); /* is blocked, or finds another one that has got the alias */
}

static void
cancel(execz_scheduler *self, ez_executor_place *place)
{
    bool wanted;

    pthread_mutex_lock(&self->lock);
    wanted = place->leave_flags != 0;
    pthread_mutex_unlock(&self->lock);
    if (wanted && !place->leave_cancelled) {
        place->leave_cancelled = true;
        ez_executor_shutdown(place->executor, EXECZ_SHUTDOWN_CANCEL, EXECZ_NO_DEADLINE);
    }
}

/* Stops it if its threads have ended, or have had their time. */
static bool
stop(execz_scheduler *self, ez_executor_place *place)
{
    int64_t now = ez_clock_monotonic(self->clock);
    bool joined = ez_executor_join(place->executor, 0);

    if (!ez_executor_is_started(place->executor)) {
        return true;
    }
    if (place->leave_by == 0) {
        place->leave_by = now + join_within;
    }
    if (!joined && now < place->leave_by) {
        return false;
    }
    for (int i = 0; joined && i < POSTING_ROUNDS && ez_result_take(self); i++) {
    }
    /* With the results it has taken the ring of whoever has asked for something since the pass
     * looked. */
    ez_mailbox_ring(&self->mailbox);
    ez_executor_stop(place->executor, 0, !joined);
    return true;
}

static void
end(execz_scheduler *self, ez_executor_place *place)
{
    if (!place->replaced) {
        ez_tell(self, EXECZ_EVENT_EXECUTOR_REMOVED, ez_executor_alias(place->executor), NULL);
    }
    pthread_mutex_lock(&self->lock);
    g_queue_remove(&self->leaving, place);
    pthread_mutex_unlock(&self->lock);
    if (ez_executor_is_free_of_threads(place->executor)) {
        ez_scheduler_free_place(place);
    } else {
        g_ptr_array_add(self->left_behind, place);
    }
}

static GPtrArray *
list_leaving(execz_scheduler *self)
{
    GPtrArray *places = g_ptr_array_new();

    pthread_mutex_lock(&self->lock);
    for (GList *at = self->leaving.head; at != NULL; at = at->next) {
        g_ptr_array_add(places, at->data);
    }
    pthread_mutex_unlock(&self->lock);
    return places;
}

void
ez_removal_step(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = list_leaving(self);

    for (guint i = 0; i < places->len; i++) {
        ez_executor_place *place = places->pdata[i];

        if (!place->leave_begun) {
            begin(self, place);
        }
        cancel(self, place);
        if (*ez_executor_unfinished(place->executor) == 0 && stop(self, place)) {
            end(self, place);
        }
    }
}

void
ez_removal_end_all(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = list_leaving(self);

    for (guint i = 0; i < places->len; i++) {
        end(self, places->pdata[i]);
    }
}

int64_t
ez_removal_next_step(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = list_leaving(self);
    int64_t next = EXECZ_TIME_NEVER;

    for (guint i = 0; i < places->len; i++) {
        const ez_executor_place *place = places->pdata[i];

        if (place->leave_by != 0 && *ez_executor_unfinished(place->executor) == 0) {
            next = ez_clock_monotonic(self->clock) + look_again_after;
        }
    }
    return next;
}
