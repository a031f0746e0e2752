/* SPDX-License-Identifier: MIT */
/**
 * execz/state.h -- the durable state of a scheduler, for whoever looks after it.
 *
 * A scheduler with a state_dir keeps its tasks and their run times in a store there, a plugin of the
 * kind "execz.store/1" (<execz/store.h>); the one that is used by default is sqlite.
 */
#ifndef EXECZ_STATE_H
#define EXECZ_STATE_H

#include <execz/scheduler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The store of a scheduler; texts are the scheduler's. */
typedef struct execz_store_info {
    uint32_t size;
    uint32_t durable;         /* 0: tasks are in memory, and the rest is empty */
    const char *type;         /* alias of the plugin, "memory" if it is not durable */
    const char *state_dir;    /* NULL: none */
    uint64_t waiting;         /* changes that are not written, because the store fails */
    uint64_t quarantined;     /* tasks whose record could not be read when it was loaded */
    execz_time failing_since; /* 0: it works */
} execz_store_info;

/** Fills the first info_out->size bytes.  [loop], or while stopped */
EXECZ_API void execz_scheduler_get_store(execz_scheduler *self, execz_store_info *info_out);

/** What the commits to a store have come to since the scheduler was made. */
typedef struct execz_store_figures {
    uint32_t size;
    uint32_t reserved;
    uint64_t commits;           /* that it has accepted */
    execz_duration commit_time; /* what those took in all */
    uint64_t failures;          /* commits that it has refused */
    uint64_t lost; /* ends of runs that found no room while it failed, and are not in the history */
} execz_store_figures;

/** Fills the first figures_out->size bytes.  [loop], or while stopped */
EXECZ_API void execz_scheduler_get_store_figures(execz_scheduler *self,
                                                 execz_store_figures *figures_out);

/** A task whose record cannot be read; texts are valid during the call that tells it. */
typedef struct execz_quarantined_task {
    uint32_t size;
    uint32_t reserved;
    const char *task;   /* id */
    const char *reason; /* why, for people */
    const char *record; /* as it was found */
    execz_time since;
} execz_quarantined_task;

/** Hears of a task in quarantine. */
typedef void (*execz_quarantine_function)(void *user, const execz_quarantined_task *task);

/**
 * Tells of the tasks in quarantine, by id.  EXECZ_E_STATE before the first start; EXECZ_E_IO if the
 * store cannot be read.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_list_quarantine(execz_scheduler *self,
                                                       execz_quarantine_function task, void *user,
                                                       execz_error *err);

/**
 * Takes a task out of quarantine, if its record can be read by now: it is a task as any other then.
 * EXECZ_E_NOT_FOUND if it is not there, EXECZ_E_EXISTS if there is a task of its id, and what is
 * wrong with the record as long as it is.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_restore_task(execz_scheduler *self, const char *id,
                                                    execz_error *err);

/**
 * Looks whether what the store keeps is sound, which may take long; err says what is wrong and what
 * to do.  EXECZ_OK also without a durable store.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_check_store(execz_scheduler *self, execz_error *err);

/**
 * Looks into the store of a scheduler that has not been started: opens it for this time only, tells of
 * the tasks in quarantine, and checks it.  EXECZ_E_STATE if it has been; EXECZ_E_EXISTS if another
 * scheduler uses the state_dir; else as the two above.  [setup]
 */
EXECZ_API execz_status execz_scheduler_inspect_store(execz_scheduler *self,
                                                     execz_quarantine_function task, void *user,
                                                     execz_error *err);

#ifdef __cplusplus
}
#endif
#endif
