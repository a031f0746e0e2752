/* SPDX-License-Identifier: MIT */
/* The process execz-plugin-host: started, ended, and what is known of its end. */
#ifndef EZ_ISOLATION_PLUGIN_HOST_H
#define EZ_ISOLATION_PLUGIN_HOST_H

#include "function/hunt.h"

#include <execz/types.h>

/* The descriptors that it finds, and no others beside 0, 1 and 2. */
#define EZ_PLUGIN_HOST_SOCKET 3
#define EZ_PLUGIN_HOST_IMAGE 4
#define EZ_PLUGIN_HOST_BEGUN 5

typedef struct ez_plugin_host {
    pid_t pid; /* 0: none */
    int pidfd;
    int socket; /* our end */
    char *mark; /* owned; EZ_MARK_NAME of it and all that it starts */
    uint64_t began;
    ez_hunt hunt; /* after those */
} ez_plugin_host;

/* None. */
void ez_plugin_host_init(ez_plugin_host *self);

/* Starts the program in a session of its own, with nothing of ours but environment, stdout, stderr,
 * its end of the socket, image and begun.  alias is for who looks at the list of processes. */
execz_status ez_plugin_host_start(ez_plugin_host *self, const char *program, const char *alias,
                                  int image, int begun, execz_error *err);

/* Whether it is dead; nothing is reaped. */
bool ez_plugin_host_is_dead(const ez_plugin_host *self);

/* Waits for that, up to so many milliseconds. */
bool ez_plugin_host_await(const ez_plugin_host *self, int timeout_ms);

void ez_plugin_host_kill(const ez_plugin_host *self);

/* It is dead: kills what it has left running, which is over when the descriptor that is returned is
 * readable (-1: at once) and ez_hunt_is_done().  Then ez_plugin_host_reap(). */
int ez_plugin_host_sweep(ez_plugin_host *self);

/* Forgets it, dead and swept or not; how it ended, e.g. "was killed by signal 11 (Segmentation
 * fault)".  Caller frees. */
char *ez_plugin_host_reap(ez_plugin_host *self);

#endif
