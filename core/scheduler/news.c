/* SPDX-License-Identifier: MIT */
#include "scheduler/news.h"

#include "event/copy.h"
#include "scheduler/held.h"
#include "scheduler/overlap.h"
#include "scheduler/retry.h"
#include "scheduler/tell.h"

static const char why[] = "its task was removed";

typedef struct ez_news {
    ez_entry *removed;  /* a reference; NULL: nothing is to be ended */
    execz_event *event; /* owned; NULL: nothing is to be told */
} ez_news;

/* Of what waits there, only tasks that have something to be ended may be more than the limit. */
static void
push_locked(execz_scheduler *self, ez_entry *removed, execz_event *event)
{
    ez_news *one = g_queue_peek_tail(&self->news);

    if (removed == NULL && self->news.length >= ez_bus_waiting_max(self->bus) &&
        one->removed == NULL) {
        ez_event_supersede(event, one->event);
        one->event = event;
        return;
    }
    one = g_new(ez_news, 1);
    *one = (ez_news){removed, event};
    g_queue_push_tail(&self->news, one);
}

void
ez_news_tell_locked(execz_scheduler *self, uint64_t code, const ez_task *task, const char *message)
{
    execz_event event;

    if (!ez_bus_wants(self->bus, code)) {
        return;
    }
    event = ez_tell_new(self, code, task);
    event.message = message;
    if (self->news.length == 0 && !self->delivers_news) {
        ez_bus_post(self->bus, &event);
    } else {
        push_locked(self, NULL, ez_event_copy(&event));
    }
}

void
ez_news_remove_locked(execz_scheduler *self, ez_entry *entry, bool quietly)
{
    execz_event *event = NULL;

    if (ez_entry_is_idle_locked(entry)) {
        if (!quietly) {
            ez_news_tell_locked(self, EXECZ_EVENT_TASK_REMOVED, entry->task, NULL);
        }
        return;
    }
    if (!quietly && ez_bus_wants(self->bus, EXECZ_EVENT_TASK_REMOVED)) {
        execz_event removed = ez_tell_new(self, EXECZ_EVENT_TASK_REMOVED, entry->task);

        event = ez_event_copy(&removed);
    }
    push_locked(self, ez_entry_ref(entry), event);
}

static void
free_one(void *data)
{
    ez_news *self = data;

    if (self->removed != NULL) {
        ez_entry_unref(self->removed);
    }
    g_free(self->event);
    g_free(self);
}

static void
end_waiting(execz_scheduler *self, ez_entry *entry)
{
    ez_held_cancel(self, entry, why);
    ez_overlap_cancel(self, entry, why);
    ez_retry_cancel(self, entry, why);
}

GQueue
ez_news_take_locked(execz_scheduler *self)
{
    GQueue taken = self->news;

    g_queue_init(&self->news);
    self->delivers_news = taken.length > 0;
    return taken;
}

void
ez_news_deliver(execz_scheduler *self, GQueue *news)
{
    ez_news *one;

    if (news->length == 0) {
        return;
    }
    while ((one = g_queue_pop_head(news)) != NULL) {
        if (one->removed != NULL) {
            end_waiting(self, one->removed);
        }
        if (one->event != NULL) {
            ez_bus_emit(self->bus, one->event);
        }
        free_one(one);
    }
    pthread_mutex_lock(&self->lock);
    self->delivers_news = false;
    pthread_mutex_unlock(&self->lock);
}

void
ez_news_step(execz_scheduler *self)
{
    bool any;

    do {
        GQueue taken;

        pthread_mutex_lock(&self->lock);
        taken = ez_news_take_locked(self);
        pthread_mutex_unlock(&self->lock);
        any = taken.length > 0;
        ez_news_deliver(self, &taken);
    } while (any);
}

void
ez_news_free(execz_scheduler *self)
{
    g_queue_clear_full(&self->news, free_one);
}
