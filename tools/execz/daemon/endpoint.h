/* SPDX-License-Identifier: MIT */
/* The socket of a scheduler in the file system.
 *
 * Whose it is says a lock on the file PATH.lock, which the kernel lets go of when the process ends, however
 * it ends.  So a socket that was left behind is told from one that is in use without asking anybody, and
 * of two schedulers that start at the same time exactly one gets it. */
#ifndef EZ_DAEMON_ENDPOINT_H
#define EZ_DAEMON_ENDPOINT_H

#include <glib.h>

#include <execz/types.h>

typedef struct ez_endpoint ez_endpoint;

#define EZ_ENDPOINT_BACKLOG 128 /* connections that nobody has accepted yet */

/* Listens at path, from ez_address_find(); makes the last directory of it if it is missing.
 * NULL and EXECZ_E_EXISTS if another scheduler does, with its process in err. */
ez_endpoint *ez_endpoint_open(const char *path, execz_error *err);

/* A non-blocking descriptor to accept connections from. */
int ez_endpoint_fd(const ez_endpoint *self);
const char *ez_endpoint_path(const ez_endpoint *self);

/* Removes socket and lock.  NULL is fine. */
void ez_endpoint_close(ez_endpoint *self);

#endif
