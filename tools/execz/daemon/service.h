/* SPDX-License-Identifier: MIT */
/* What one scheduler is asked through: its control socket, from its endpoint to its answers, and its
 * metrics. */
#ifndef EZ_DAEMON_SERVICE_H
#define EZ_DAEMON_SERVICE_H

#include "daemon/endpoint.h"
#include "daemon/reload.h"

#include <execz/scheduler.h>

typedef struct ez_service ez_service;

typedef struct ez_service_settings {
    ez_endpoint *endpoint; /* which the service takes; NULL: there is no socket */
    execz_scheduler *scheduler;
    const char *config;    /* the file; NULL: there is none */
    const char *metrics;   /* HOST:PORT where metrics are served, too; NULL: nowhere */
    ez_reloader *reloader; /* lives longer; does what concerns the file */
    execz_time started;    /* wall clock, from before the start of the scheduler */
} ez_service_settings;

/* Answers from now on.  NULL if that cannot be; err says why. */
ez_service *ez_service_new(const ez_service_settings *settings, execz_error *err);

/* Ends it; before the scheduler is freed.  NULL is fine. */
void ez_service_free(ez_service *self);

/* Readable when the loop is asked for something, which ez_service_tell() then does.  [loop] */
int ez_service_fd(const ez_service *self);
void ez_service_tell(ez_service *self);

#endif
