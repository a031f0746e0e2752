/* SPDX-License-Identifier: MIT */
#include "scheduler/upgrade.h"

#include "base/error.h"
#include "plugin/codes.h"
#include "scheduler/arrivals.h"
#include "scheduler/executors.h"
#include "scheduler/tell.h"

#include <string.h>

void
ez_upgrade_begin(execz_scheduler *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (self->watches_plugins && self->arrivals == NULL) {
        self->arrivals = ez_arrivals_start(self, &err);
        if (self->arrivals == NULL) {
            ez_log_write(&self->log, EXECZ_LOG_WARNING, "%s; new ones are not noticed",
                         err.message);
        }
    }
}

bool
ez_upgrade_is_due(execz_scheduler *self)
{
    return ez_arrivals_any(self->arrivals) || self->n_next > 0;
}

void
ez_upgrade_end(execz_scheduler *self)
{
    ez_arrivals_stop(atomic_exchange(&self->arrivals, NULL));
}

/* ---- news ------------------------------------------------------------------------------------ */

static void
tell(execz_scheduler *self, const ez_plugin_news *news)
{
    g_autofree char *text = g_strdup_printf("%s%s%s", news->path, news->version != NULL ? " " : "",
                                            news->version != NULL ? news->version : "");

    switch (news->what) {
    case EZ_ARRIVAL_USABLE:
        ez_log_write(&self->log, EXECZ_LOG_INFO, "plugin added plugin=%s path=%s version=%s",
                     news->alias, news->path, news->version == NULL ? "-" : news->version);
        ez_tell(self, EXECZ_EVENT_PLUGIN_ADDED, news->alias, text);
        break;
    case EZ_ARRIVAL_BROKEN:
        ez_log_write(&self->log, EXECZ_LOG_ERROR,
                     "plugin refused plugin=%s: %s%s%s%s; nothing changes", news->alias,
                     news->why.message, news->why.code[0] == '\0' ? "" : " [", news->why.code,
                     news->why.code[0] == '\0' ? "" : "]");
        break;
    case EZ_ARRIVAL_GONE:
        ez_log_write(&self->log, EXECZ_LOG_INFO, "plugin removed plugin=%s path=%s", news->alias,
                     news->path);
        if (news->was_usable) {
            ez_tell(self, EXECZ_EVENT_PLUGIN_REMOVED, news->alias, text);
        }
        break;
    }
}

/* Remembers which bytes are of no use although they look sound. */
static void
note(execz_scheduler *self, const ez_plugin_news *news)
{
    if (news->what == EZ_ARRIVAL_BROKEN) {
        g_hash_table_replace(self->broken_plugins, g_strdup(news->path), g_strdup(news->sum));
    } else {
        g_hash_table_remove(self->broken_plugins, news->path);
    }
}

/* ---- one executor ---------------------------------------------------------------------------- */

/* Puts executor, started or not, in the place of another, which is on its way out then. */
static void
replace(execz_scheduler *self, ez_executor_place *old, ez_executor *executor)
{
    ez_executor_place *place = ez_place_new(executor, NULL);

    pthread_mutex_lock(&self->lock);
    place->wish = g_steal_pointer(&old->wish);
    g_hash_table_steal(self->places, ez_executor_alias(old->executor));
    g_queue_remove(&self->new_executors, old);
    g_hash_table_insert(self->places, (void *)ez_executor_alias(executor), place);
    old->leaving = old->replaced = true;
    g_queue_push_tail(&self->leaving, old);
    pthread_mutex_unlock(&self->lock);
    self->recent = NULL;
    atomic_store(&self->recheck, true);
    ez_mailbox_ring(&self->mailbox);
}

/* Keeps one that could not be started where its threads, if it left any, find it. */
static void
discard(execz_scheduler *self, ez_executor *executor)
{
    if (ez_executor_is_free_of_threads(executor)) {
        ez_executor_free(executor);
    } else {
        g_ptr_array_add(self->left_behind, ez_place_new(executor, NULL));
    }
}

static void
switch_to(execz_scheduler *self, ez_executor_place *place, ez_executor *executor)
{
    ez_log_write(&self->log, EXECZ_LOG_INFO, "executor upgraded executor=%s path=%s sha256=%s",
                 ez_executor_alias(executor), ez_executor_path(executor),
                 ez_executor_sum(executor));
    replace(self, place, executor);
}

/* Goes on with what there was, if that is of use. */
static void
refuse(execz_scheduler *self, ez_executor_place *place, ez_executor *executor, const char *why)
{
    const char *reason;

    ez_log_write(&self->log, EXECZ_LOG_ERROR, "executor '%s' is not upgraded: %s",
                 ez_executor_alias(executor), why);
    if (ez_executor_is_available(place->executor, &reason)) {
        ez_executor_stop(executor, 0, false);
        discard(self, executor);
    } else {
        replace(self, place, executor); /* which has the latest reason */
    }
}

static void
upgrade(execz_scheduler *self, ez_executor_place *place, ez_executor *executor)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *why = NULL;

    if (ez_executor_start(executor, &err) != EXECZ_OK) {
        why = g_strdup_printf("%s%s%s%s", err.message, err.code[0] == '\0' ? "" : " [", err.code,
                              err.code[0] == '\0' ? "" : "]");
        refuse(self, place, executor, why);
    } else if (ez_executor_is_ready(executor)) {
        switch_to(self, place, executor);
    } else {
        place->next = executor;
        self->n_next++;
    }
}

static ez_executor *
take_next(execz_scheduler *self, ez_executor_place *place)
{
    self->n_next--;
    return g_steal_pointer(&place->next);
}

void
ez_upgrade_drop_next(execz_scheduler *self, ez_executor_place *place)
{
    if (place->next != NULL) {
        ez_executor *next = take_next(self, place);

        ez_executor_stop(next, 0, false);
        discard(self, next);
    }
}

/* Looks whether what it is to have next has become ready, or never will. */
static void
look_at_next(execz_scheduler *self, ez_executor_place *place)
{
    const char *reason;

    if (place->next == NULL) {
        return;
    }
    if (!ez_executor_is_available(place->next, &reason)) {
        g_autofree char *why = g_strdup(reason);

        refuse(self, place, take_next(self, place), why);
    } else if (ez_executor_is_ready(place->next)) {
        switch_to(self, place, take_next(self, place));
    }
}

/* Whether the file that an executor is made of is another one now, or its bytes are. */
static bool
is_other(execz_scheduler *self, const ez_executor *executor, const ez_plugin_file *file)
{
    const char *broken = g_hash_table_lookup(self->broken_plugins, file->path);
    const char *reason;

    if (broken != NULL && strcmp(broken, file->key.sum) == 0) {
        return false;
    }
    return !ez_executor_is_available(executor, &reason) ||
           g_strcmp0(ez_executor_path(executor), file->path) != 0 ||
           g_strcmp0(ez_executor_sum(executor), file->key.sum) != 0;
}

/* The file that an executor is made of is there and of no use: half written, say.  That takes nothing
 * away. */
static bool
is_kept(execz_scheduler *self, const ez_executor *executor)
{
    const char *path = ez_executor_path(executor);
    execz_error why = EXECZ_ERROR_INIT;

    return path != NULL && ez_catalog_find_file(self->catalog, path, &why) == NULL &&
           why.status != EXECZ_E_NOT_FOUND;
}

/* What the place is to have instead; NULL: what it has.  *gone_out: there is no file for it. */
static ez_executor *
make_other(execz_scheduler *self, const ez_executor_place *place, bool *gone_out, execz_error *err)
{
    const char *alias = ez_executor_alias(place->executor);
    g_autoptr(ez_report) report = ez_report_new();
    ez_executor *other = NULL;
    const ez_plugin_file *file;

    pthread_mutex_lock(&self->catalog_lock);
    file = ez_find_plugin(self, place->wish->type, err);
    if (file != NULL && is_other(self, place->executor, file) &&
        (place->next == NULL || is_other(self, place->next, file))) {
        other = ez_make_executor(self, alias, place->wish->type, &place->wish->source, report, err);
    }
    *gone_out = file == NULL && err->status == EXECZ_E_NOT_FOUND && !is_kept(self, place->executor);
    pthread_mutex_unlock(&self->catalog_lock);
    if (ez_report_count(report) > 0) {
        ez_log_write(&self->log, EXECZ_LOG_ERROR, "executor '%s' is not upgraded: %s", alias,
                     ez_report_get(report, 0)->message);
    }
    return other;
}

static void
reconsider(execz_scheduler *self, ez_executor_place *place)
{
    execz_error err = EXECZ_ERROR_INIT;
    const char *reason;
    bool gone;
    ez_executor *other = make_other(self, place, &gone, &err);

    if (other != NULL) {
        ez_upgrade_drop_next(self, place); /* it is older still */
        upgrade(self, place, other);
    } else if (strcmp(err.code, ez_plugin_code_text(EZ_P_AMBIGUOUS_ALIAS)) == 0) {
        ez_log_write(&self->log, EXECZ_LOG_WARNING,
                     "executor '%s' stays as it is, and could not be started again: %s [%s]",
                     ez_executor_alias(place->executor), err.message, err.code);
    } else if (gone && ez_executor_is_available(place->executor, &reason)) {
        const char *alias = ez_executor_alias(place->executor);

        ez_log_write(&self->log, EXECZ_LOG_WARNING,
                     "executor '%s' has lost its plugin: its tasks are blocked: %s", alias,
                     err.message);
        ez_upgrade_drop_next(self, place);
        replace(self, place, ez_executor_new_unavailable(&self->services, alias, &err));
    }
}

static void
take_news(execz_scheduler *self)
{
    g_autoptr(GPtrArray) news = ez_arrivals_take(self->arrivals);
    g_autoptr(GPtrArray) places = ez_scheduler_list_places(self);

    for (guint i = 0; i < news->len; i++) {
        note(self, news->pdata[i]);
        tell(self, news->pdata[i]);
    }
    for (guint i = 0; i < places->len; i++) {
        ez_executor_place *place = places->pdata[i];

        if (!place->leaving) {
            reconsider(self, place);
        }
    }
}

void
ez_upgrade_step(execz_scheduler *self)
{
    if (ez_arrivals_any(self->arrivals)) {
        take_news(self);
    }
    if (self->n_next > 0) {
        g_autoptr(GPtrArray) places = ez_scheduler_list_places(self);

        for (guint i = 0; i < places->len; i++) {
            look_at_next(self, places->pdata[i]);
        }
    }
}
