/* SPDX-License-Identifier: MIT */
/* The control socket of one scheduler, from its endpoint to its answers. */
#ifndef EZ_DAEMON_SERVICE_H
#define EZ_DAEMON_SERVICE_H

#include "daemon/endpoint.h"
#include "daemon/reload.h"

#include <execz/scheduler.h>

typedef struct ez_service ez_service;

/* Takes the endpoint, and answers what is asked about the scheduler from now on; the reloader, which is to
 * live longer, does what concerns its file.  config: of the file, NULL if there is none.
 * NULL with errno if the system refuses. */
ez_service *ez_service_new(ez_endpoint *endpoint, execz_scheduler *scheduler, const char *config,
                           ez_reloader *reloader);

/* Ends it; before the scheduler is freed.  NULL is fine. */
void ez_service_free(ez_service *self);

/* Readable when the loop is asked for something, which ez_service_tell() then does.  [loop] */
int ez_service_fd(const ez_service *self);
void ez_service_tell(ez_service *self);

#endif
