/* SPDX-License-Identifier: MIT */
/* Tasks that come, change and go, told in the order in which they did.
 *
 * What a removed task had waiting is ended by the loop, and only then it is told that the task is gone.
 * Until then whatever else happens to tasks is told behind it: else a task that is added under the same
 * id would be told before the old one's end. */
#ifndef EZ_SCHEDULER_NEWS_H
#define EZ_SCHEDULER_NEWS_H

#include "scheduler/scheduler.h"

/* Something has happened to a task, or with NULL to all of them; delivered by the loop. */
void ez_news_tell_locked(execz_scheduler *self, uint64_t code, const ez_task *task,
                         const char *message);

/* Somebody has removed the task of entry; quietly: which is told together with others. */
void ez_news_remove_locked(execz_scheduler *self, ez_entry *entry, bool quietly);

/* All there is by now, to be delivered without the lock.  [loop] */
GQueue ez_news_take_locked(execz_scheduler *self);
void ez_news_deliver(execz_scheduler *self, GQueue *news);

/* Both, until there is nothing more.  [loop], or while stopped */
void ez_news_step(execz_scheduler *self);

/* Drops what no loop will see. */
void ez_news_free(execz_scheduler *self);

#endif
