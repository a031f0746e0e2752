/* SPDX-License-Identifier: MIT */
/* The table that a started executor is given: the host's half of the plugin ABI. */
#ifndef EZ_EXECUTOR_HOST_H
#define EZ_EXECUTOR_HOST_H

#include "executor/executor.h"
#include "executor/threads.h"

typedef struct ez_host {
    execz_host abi; /* first: the plugin's pointer is ours */
    const ez_executor_services *services;
    ez_executor *executor;
    const char *alias;
    const ez_options *options;
    ez_threads threads;
    pthread_mutex_t output_lock; /* guards the output of its open runs */
    atomic_uint misbehaved;      /* broken contracts, all logged */
    atomic_uint owed;            /* runs that were given up: the plugin will finish them late */
} ez_host;

/* All pointers are borrowed and must outlive self. */
void ez_host_init(ez_host *self, const ez_executor_services *services, ez_executor *executor,
                  const char *alias, const ez_options *options);
void ez_host_deinit(ez_host *self);

/* The open run of this token, if it is this executor's; ez_run_leave() it. */
ez_run *ez_host_enter(ez_host *self, execz_run token);

/* Says that the plugin has broken its contract, and lives on: EXECZ_E_STATE. */
execz_status ez_host_misbehaving(ez_host *self, const char *what, execz_run token);

#endif
