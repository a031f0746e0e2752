/* SPDX-License-Identifier: MIT */
/* Where tasks and their next run times are kept.
 *
 * The scheduler commits one batch of changes for each wake-up, before it hands anything to an
 * executor: what a store has accepted is what survives.  A store is called on the loop or while the
 * scheduler is stopped, never by two threads at once, and never with a lock of the scheduler held.
 * */
#ifndef EZ_STORE_STORE_H
#define EZ_STORE_STORE_H

#include <stdbool.h>

#include "task/task.h"

#define EZ_CHANGE_PUT 1u    /* the task is new: keep it and its next run time */
#define EZ_CHANGE_NEXT 2u   /* it has another next run time */
#define EZ_CHANGE_REMOVE 3u /* forget it */
#define EZ_CHANGE_UPDATE 4u /* it is another one under the same id, with this next run time */

typedef struct ez_change {
    uint32_t kind;       /* EZ_CHANGE_* */
    ez_task *task;       /* borrowed */
    execz_time next_run; /* nominal; EXECZ_TIME_NEVER: none */
} ez_change;

typedef struct ez_store ez_store;

typedef struct ez_store_ops {
    const char *type;
    /* All of the n changes, or none and err filled.  NULL: nothing of it outlasts the scheduler, and
     * so there is nothing to commit or to load. */
    execz_status (*commit)(ez_store *self, const ez_change *changes, size_t n, execz_error *err);
    /* Calls visit for each task that is kept. */
    execz_status (*load)(ez_store *self,
                         void (*visit)(void *user, ez_task *task, execz_time next_run), void *user,
                         execz_error *err);
    void (*free)(ez_store *self);
} ez_store_ops;

/* First in each store. */
struct ez_store {
    const ez_store_ops *ops;
};

static inline bool
ez_store_commits(const ez_store *self)
{
    return self->ops->commit != NULL;
}

static inline execz_status
ez_store_commit(ez_store *self, const ez_change *changes, size_t n, execz_error *err)
{
    return n == 0 || !ez_store_commits(self) ? EXECZ_OK : self->ops->commit(self, changes, n, err);
}

static inline execz_status
ez_store_load(ez_store *self, void (*visit)(void *user, ez_task *task, execz_time next_run),
              void *user, execz_error *err)
{
    return ez_store_commits(self) ? self->ops->load(self, visit, user, err) : EXECZ_OK;
}

static inline void
ez_store_free(ez_store *self)
{
    if (self != NULL) {
        self->ops->free(self);
    }
}

#endif
